using MailBackup.Help.Markdown;

namespace MailBackup.Help.Pages;

/// <summary>What the page of a cmdlet says.</summary>
internal sealed class CmdletPage(string file)
{
    public string File { get; } = file;

    public string Name { get; set; } = "";

    public List<Block> Synopsis { get; } = [];

    public List<Block> Description { get; } = [];

    public List<Example> Examples { get; } = [];

    public List<ParameterText> Parameters { get; } = [];

    /// <summary>Each by the name of the type and what it is there for.</summary>
    public List<TypeText> Inputs { get; } = [];

    public List<TypeText> Outputs { get; } = [];

    /// <summary>Notes and errors.</summary>
    public List<Block> Notes { get; } = [];

    public List<(string Text, string Target)> Links { get; } = [];
}
