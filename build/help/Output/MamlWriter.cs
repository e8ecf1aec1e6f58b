using System.Xml.Linq;
using MailBackup.Help.Cmdlets;
using MailBackup.Help.Markdown;
using MailBackup.Help.Pages;
using static MailBackup.Help.Output.MamlNames;

namespace MailBackup.Help.Output;

/// <summary>Writes the help file of the module.</summary>
internal static class MamlWriter
{
    public static void Write(string file, IEnumerable<(CmdletPage Page, CmdletShape Shape)> cmdlets)
    {
        var root = new XElement(Msh + "helpItems", new XAttribute("schema", "maml"), cmdlets.Select(c => Cmdlet(c.Page, c.Shape)));

        // Indented by the writer, the text of code would be, too.
        new XDocument(new XDeclaration("1.0", "utf-8", null), root).Save(file, SaveOptions.DisableFormatting);
    }

    private static XElement Cmdlet(CmdletPage page, CmdletShape shape) => new(
        Command + "command",
        new XAttribute(XNamespace.Xmlns + "maml", Maml),
        new XAttribute(XNamespace.Xmlns + "command", Command),
        new XAttribute(XNamespace.Xmlns + "dev", Dev),
        new XElement(
            Command + "details",
            new XElement(Command + "name", shape.Name),
            new XElement(Maml + "description", MamlText.Paragraphs(page.Synopsis)),
            new XElement(Command + "verb", shape.Name.Split('-')[0]),
            new XElement(Command + "noun", shape.Name.Split('-')[1])),
        new XElement(Maml + "description", MamlText.Paragraphs(page.Description)),
        MamlParameters.Syntax(shape),
        MamlParameters.All(page, shape),
        new XElement(Command + "inputTypes", page.Inputs.Select(t => Typed("inputType", t))),
        new XElement(Command + "returnValues", page.Outputs.Select(t => Typed("returnValue", t))),
        new XElement(Maml + "alertSet", new XElement(Maml + "alert", MamlText.Paragraphs(page.Notes))),
        new XElement(Command + "examples", page.Examples.Select((e, i) => Example(e, i + 1))),
        new XElement(Command + "relatedLinks", page.Links.Select(Link)));

    private static XElement Typed(string element, TypeText type) => new(
        Command + element,
        new XElement(Dev + "type", new XElement(Maml + "name", type.Name)),
        new XElement(Maml + "description", MamlText.Paragraphs(type.Text)));

    private static XElement Example(Example example, int number) => new(
        Command + "example",
        new XElement(Maml + "title", $"-------- Example {number}: {InlineText.Plain(example.Title)} --------"),
        new XElement(Dev + "code", string.Join("\n\n", example.Code.Select(Code))),
        new XElement(Dev + "remarks", MamlText.Paragraphs(example.Remarks), Gap()));

    /// <summary>Get-Help puts nothing between one example and the next.</summary>
    private static XElement Gap() => new(Maml + "para");

    /// <summary>What is typed stands behind a prompt, so that it is told from what is printed.</summary>
    private static string Code(Block block) => block.Language == "powershell"
        ? string.Join('\n', block.Text.Split('\n').Select((line, i) => i == 0 || line.Length > 0 && line[0] is not (' ' or '}' or '|') ? $"PS> {line}" : $"    {line}"))
        : block.Text;

    /// <summary>A page of the module is named; an address elsewhere can be opened with -Online.</summary>
    private static XElement Link((string Text, string Target) link) => new(
        Maml + "navigationLink",
        new XElement(Maml + "linkText", link.Text),
        new XElement(Maml + "uri", link.Target.Contains("://", StringComparison.Ordinal) ? link.Target : ""));
}
