using System.Text;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Tests.Support;

/// <summary>A scanned node with two accounts, split mails and a copy of the backup path, for tests that break things by hand.</summary>
internal sealed class DamagedNode : IDisposable
{
    public const string Ann = "ann@example.com";
    public const string Bob = "bob@example.com";

    private DamagedNode(NodeFixture node) => Node = node;

    public NodeFixture Node { get; }

    public BackupLayout Layout => Node.Layout;

    public string Copy => Node["copy"];

    public static async Task<DamagedNode> CreateAsync()
    {
        var node = new DamagedNode(new NodeFixture());
        string body = string.Concat(Enumerable.Range(0, 200).Select(i => $"Line {i} of a body that is shared.\r\n"));
        for (int i = 0; i < 4; i++)
        {
            node.Node.Server.Deliver(Ann, subject: $"Ann {i}", body: body + i);
            node.Node.Server.Deliver(Ann, ".Archive", subject: $"Kept {i}");
            node.Node.Server.Deliver(Bob, subject: $"Bob {i}", body: body + i);
        }

        node.Node.Server.Settle();
        await node.Node.ScanAsync();
        Copies.CopyFolder(node.Node.BackupPath, node.Copy);
        return node;
    }

    public Guid Account(string name) => Node.Node.GetAccounts().Single(a => a.Name == name).Id;

    public string Journal(string name) => Layout.ItemJournal(Account(name)).Segment(1);

    public string Bundle => Layout.Bundle(Layout.ListBundles()[0]);

    public async Task<OperationReport> CheckAsync(CheckRequest? request = null)
    {
        var operation = await Node.RunAsync(request ?? new CheckRequest());
        Assert.True(operation.Error is null, operation.Error);
        return operation.Report!;
    }

    public async Task<OperationReport> RepairAsync(bool fromCopy = false, bool useSource = true)
    {
        var operation = await Node.RunAsync(new RepairRequest { From = fromCopy ? [Copy] : [], UseSource = useSource });
        Assert.True(operation.Error is null, operation.Error);
        return operation.Report!;
    }

    /// <summary>Finds it, and says where.</summary>
    public async Task AssertFoundAsync(string errorId, string file)
    {
        var report = await CheckAsync();
        Assert.True(
            report.Troubles.Any(t => t.ErrorId == errorId && t.Path!.StartsWith(file, StringComparison.Ordinal)),
            $"{errorId} of {file} is not among {report.Errors}: {string.Join('\n', report.Troubles)}");
    }

    public async Task AssertCleanAsync()
    {
        await Node.AssertCoherentAsync();
        Assert.All(Node.Items(), i => Assert.NotEmpty(Node.Content(i)));
    }

    public static void Change(string file, Func<byte[], byte[]> change) => File.WriteAllBytes(file, change(File.ReadAllBytes(file)));

    public static byte[] Flip(byte[] bytes, int at, byte by = 0x04)
    {
        bytes[at] ^= by;
        return bytes;
    }

    public static void ChangeLines(string file, Action<List<string>> change)
    {
        var lines = File.ReadAllText(file).TrimEnd('\n').Split('\n').ToList();
        change(lines);
        File.WriteAllText(file, string.Concat(lines.Select(l => l + "\n")));
    }

    /// <summary>A line with another subject, sealed as if nothing had happened.</summary>
    public static string Forge(string line, string before, string from, string to)
    {
        byte[] payload = Encoding.UTF8.GetBytes(line[..line.IndexOf(",\"check\":", StringComparison.Ordinal)].Replace(from, to, StringComparison.Ordinal));
        byte[] check = Encoding.ASCII.GetBytes(before[^18..^2]);
        byte[] forged = new byte[payload.Length + LineChecksum.Overhead];
        payload.CopyTo(forged, 0);
        LineChecksum.Seal(forged, payload.Length, check, new byte[LineChecksum.Length]);
        return Encoding.UTF8.GetString(forged).TrimEnd('\n');
    }

    public void Dispose() => Node.Dispose();
}
