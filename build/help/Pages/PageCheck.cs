using MailBackup.Help.Cmdlets;
using MailBackup.Help.Markdown;

namespace MailBackup.Help.Pages;

/// <summary>Whether a page says all that its cmdlet needs to have said, and nothing of what it does not have.</summary>
internal static class PageCheck
{
    private const int Examples = 2;

    public static void Check(CmdletPage page, CmdletShape shape, Problems problems)
    {
        void Report(int line, string text) => problems.Add(page.File, line, text);

        if (page.Name != shape.Name)
        {
            Report(1, $"The title is '{page.Name}', not '{shape.Name}'.");
        }

        if (page.Synopsis is not [{ Kind: BlockKind.Paragraph }])
        {
            Report(1, "One paragraph under the title has to be the synopsis.");
        }

        if (page.Description.Count == 0)
        {
            Report(1, "There is no description.");
        }

        if (page.Examples.Count < Examples)
        {
            Report(page.Examples is [var only] ? only.Line : 1, $"There have to be {Examples} examples at least.");
        }

        if (page.Links.Count == 0)
        {
            Report(1, "There are no links.");
        }

        if (page.Outputs.Count == 0)
        {
            Report(1, "Nothing is said of what it returns.");
        }

        CheckExamples(page, Report);
        CheckParameters(page, shape, Report);
    }

    private static void CheckExamples(CmdletPage page, Action<int, string> report)
    {
        foreach (var example in page.Examples)
        {
            if (example.Code is not [{ Language: "powershell" }, ..])
            {
                report(example.Line, "An example begins with a block of powershell.");
            }
            else if (example.Code.Count < 2 && example.Remarks.Count == 0)
            {
                report(example.Line, "An example shows what it prints or says what it does.");
            }
        }
    }

    private static void CheckParameters(CmdletPage page, CmdletShape shape, Action<int, string> report)
    {
        foreach (var parameter in shape.Parameters.Where(p => p.Described))
        {
            if (!page.Parameters.Exists(p => p.Name == parameter.Name && p.Text.Count > 0))
            {
                report(1, $"-{parameter.Name} is not described.");
            }
        }

        foreach (var text in page.Parameters.Where(p => !shape.Parameters.Exists(s => s.Name == p.Name && s.Described)))
        {
            report(text.Line, $"{shape.Name} has no parameter -{text.Name} to be described here.");
        }
    }
}
