using MailBackup.Help.Cmdlets;
using MailBackup.Help.Output;
using MailBackup.Help.Pages;

namespace MailBackup.Help;

/// <summary>
/// Compiles <c>docs/cmdlets/*.md</c> to <c>en-US/MailBackup-Help.xml</c> and <c>docs/about/about_*.md</c> to <c>en-US/about_*.help.txt</c>.
/// </summary>
/// <remarks>
/// Get-Help asks a cmdlet for its help file, which is <c>MailBackup.Cmdlets.dll-Help.xml</c>, and searches the culture folders of the folder that
/// the manifest lies in, not those beside the dll in <c>Dependencies/</c>; when there is none, it takes <c>&lt;module&gt;-Help.xml</c> there. Tried in
/// PowerShell 7.6.5: in <c>en-US/</c> of the module both names are found, in <c>Dependencies/</c> and <c>Dependencies/en-US/</c> neither. The name
/// of the module is used, because it stays when assemblies are renamed. Every culture, invariant too, falls back to <c>en-US</c>.
/// </remarks>
internal sealed class HelpCompiler(string docs, string cmdlets, Problems problems)
{
    public void Compile(string module)
    {
        var shapes = CmdletReader.Read(cmdlets);
        var pages = ReadPages(shapes);
        string folder = Path.Combine(module, "en-US");
        var topics = AboutTopics();
        if (problems.Any)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        MamlWriter.Write(Path.Combine(folder, "MailBackup-Help.xml"), pages.Zip(shapes));
        foreach (string topic in topics)
        {
            string text = AboutText.Compile(topic, problems);
            File.WriteAllText(Path.Combine(folder, Path.GetFileNameWithoutExtension(topic) + ".help.txt"), text);
        }
    }

    /// <summary>One page a cmdlet, in the same order; fewer where there are problems.</summary>
    private List<CmdletPage> ReadPages(List<CmdletShape> shapes)
    {
        string folder = Path.Combine(docs, "cmdlets");
        var pages = new List<CmdletPage>();
        foreach (var shape in shapes)
        {
            string file = Path.Combine(folder, shape.Name + ".md");
            if (!File.Exists(file))
            {
                problems.Add(file, 1, $"{shape.Name} has no page.");
                continue;
            }

            var page = new CmdletPageReader(file, problems).Read();
            PageCheck.Check(page, shape, problems);
            pages.Add(page);
        }

        foreach (string file in Files(folder, "*.md").Where(f => !shapes.Exists(s => s.Name == Path.GetFileNameWithoutExtension(f))))
        {
            problems.Add(file, 1, "There is no cmdlet of this name.");
        }

        return pages;
    }

    private List<string> AboutTopics() => Files(Path.Combine(docs, "about"), "about_*.md");

    private static List<string> Files(string folder, string pattern) =>
        Directory.Exists(folder) ? [.. Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal)] : [];
}
