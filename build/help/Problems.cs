namespace MailBackup.Help;

/// <summary>
/// What is wrong with the pages, told in the form that MSBuild and editors understand: <c>file(line): error HELP: text</c>.
/// </summary>
internal sealed class Problems
{
    public bool Any { get; private set; }

    public void Add(string file, int line, string text)
    {
        Any = true;
        Console.Error.WriteLine($"{file}({line}): error HELP: {text}");
    }
}
