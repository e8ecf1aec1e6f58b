using System.Diagnostics;
using System.Text.RegularExpressions;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Storage;

/// <summary>A backup can be read without us: the commands of <c>docs/recovery.md</c> are run as they stand there.</summary>
public partial class RecoveryByHandTests
{
    private static readonly string[] Tools = ["grep", "tail", "head", "gunzip", "gzip", "sh"];

    /// <summary>A short message, one stored as header and body, one with other scripts in its subject.</summary>
    [Theory]
    [InlineData("Spare parts for the lock")]
    [InlineData("Angebot für die Lagerräume, dritte Fassung")]
    [InlineData("日本 delegation on 21 May")]
    public async Task The_documented_commands_give_back_a_message(string subject)
    {
        using var f = new NodeFixture();
        Directory.Delete(f.Server.Root);
        Copies.CopyFolder(Path.Combine(Repository.Samples, "maildir"), f.Server.Root);
        await f.ScanAsync();

        // Found by what its line says, so that the test knows the file.
        var candidates = f.Contents().Where(c => c.State.Subject == subject).Select(c => c.State).ToList();
        Assert.NotEmpty(candidates);
        var files = Directory.EnumerateFiles(f.Server.Root, "*", SearchOption.AllDirectories)
            .Where(p => candidates.Exists(c => p.EndsWith("/" + c.Key, StringComparison.Ordinal))).Select(File.ReadAllBytes).Select(Convert.ToHexString);

        string message = Run(f, Script(), subject);
        Assert.Contains(Convert.ToHexString(File.ReadAllBytes(message)), files);
    }

    [Fact]
    public async Task Every_message_of_a_backup_can_be_told_by_its_subject()
    {
        using var f = new NodeFixture();
        var expected = new Dictionary<string, byte[]>();
        for (int i = 0; i < 12; i++)
        {
            string path = f.Server.Deliver("ann@example.com", subject: $"Number {i}.", body: new string((char)('a' + i), i * 400));
            expected[$"Number {i}."] = File.ReadAllBytes(path);
        }

        await f.ScanAsync();
        foreach (var (subject, content) in expected)
        {
            Assert.Equal(content, File.ReadAllBytes(Run(f, Script(), subject)));
        }
    }

    /// <returns>The file that the commands wrote.</returns>
    private static string Run(NodeFixture f, string script, string subject)
    {
        // Nothing but the tools that the page promises.
        string bin = f["bin"], work = f["work"];
        Directory.CreateDirectory(work);
        if (!Directory.Exists(bin))
        {
            Directory.CreateDirectory(bin);
            foreach (string tool in Tools)
            {
                string place = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(p => Path.Combine(p, tool)).First(File.Exists);
                File.CreateSymbolicLink(Path.Combine(bin, tool), place);
            }
        }

        var start = new ProcessStartInfo("/bin/sh", ["-e", "-c", script])
        {
            WorkingDirectory = work,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["PATH"] = bin, ["BACKUP"] = f.BackupPath, ["SUBJECT"] = subject },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error + output.Result);
        return Path.Combine(work, "message.eml");
    }

    private static string Script()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "recovery.md"));
        var block = Block().Match(page);
        Assert.True(block.Success, "docs/recovery.md has lost its commands.");
        return block.Groups["script"].Value;
    }

    [GeneratedRegex(@"<!-- begin: run by RecoveryByHandTests -->\s*```sh\n(?<script>.*?)```\s*<!-- end -->", RegexOptions.Singleline)]
    private static partial Regex Block();
}
