using System.Buffers;
using System.Diagnostics;
using System.Text;
using MailBackup.Archives;
using MailBackup.Archives.Mbox;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Archives;

public class MboxLinesTests
{
    [Fact]
    public void Quoting_hides_every_separator_and_comes_undone_however_it_is_cut()
    {
        var random = new Random(4);
        string[] words = ["From ", "From", ">", ">>", "F", "\n", "\r\n", " ", "x", "\nFrom ", "\n>From "];
        for (int round = 0; round < 3000; round++)
        {
            byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, random.Next(25)).Select(_ => words[random.Next(words.Length)])));
            byte[] quoted = Run(text, quote: true, random);
            Assert.DoesNotContain("\nFrom ", "\n" + Encoding.ASCII.GetString(quoted), StringComparison.Ordinal);
            Assert.Equal(text, Run(quoted, quote: false, random));
        }
    }

    [PythonFact]
    public async Task Python_reads_the_mbox_files_and_the_maildir()
    {
        using var s = new ArchiveServer();
        await s.Node.ScanAsync();
        string mbox = await s.ExportAsync(ArchiveFormat.Mbox), maildir = await s.ExportAsync(ArchiveFormat.Maildir);
        string script = """
            import mailbox, sys
            box = mailbox.mbox(sys.argv[1] + '/Mail/INBOX.mbox', create=False)
            for m in box: print('mbox', m['Subject'], ''.join(sorted(m.get_flags())))
            tree = mailbox.Maildir(sys.argv[2] + '/Maildir', create=False)
            for m in tree: print('maildir', m['Subject'], m.get_subdir())
            print('folders', sorted(tree.list_folders()))
            """;
        var start = new ProcessStartInfo("python3", ["-c", script, mbox, maildir]) { RedirectStandardOutput = true, Environment = { ["PYTHONIOENCODING"] = "utf-8" } };
        using var process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int inbox = s.Node.Items().Count(i => i.Account == ArchiveServer.Alice && i.Folder == "INBOX");
        Assert.Equal(inbox, lines.Count(l => l.StartsWith("mbox ", StringComparison.Ordinal)));
        Assert.Equal(inbox, lines.Count(l => l.StartsWith("maildir ", StringComparison.Ordinal)));
        Assert.Contains(lines, l => l.EndsWith(" FOR", StringComparison.Ordinal));
        Assert.Contains("'Archive.2024'", lines[^1], StringComparison.Ordinal);
    }

    private static byte[] Run(byte[] text, bool quote, Random random)
    {
        var lines = new MboxLines(quote);
        var output = new ArrayBufferWriter<byte>();
        for (int i = 0; i < text.Length;)
        {
            int n = Math.Min(text.Length - i, random.Next(1, 9));
            lines.Process(text.AsSpan(i, n), output);
            i += n;
        }

        lines.Complete(output);
        return output.WrittenSpan.ToArray();
    }
}
