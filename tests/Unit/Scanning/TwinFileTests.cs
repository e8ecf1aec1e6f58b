using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Scanning;

/// <summary>
/// Two messages whose file names share the part that stays, as after two servers were merged by hand: each keeps its own history and content, whichever a directory
/// shows first.
/// </summary>
public sealed class TwinFileTests : IDisposable
{
    private const string Ann = "ann@example.com";

    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_keeps_its_history(bool twinFirst)
    {
        var (first, twin) = Lay(twinFirst);
        await ScanAsync();
        var before = Subjects();
        Assert.Equal(["Mail 1", "Twin"], before.Keys.Order());

        File.Move(twin, twin = twin.Replace(":2,T", ":2,RT", StringComparison.Ordinal));
        await ScanAsync();
        File.Move(first, first = first.Replace(":2,", ":2,S", StringComparison.Ordinal));
        await ScanAsync();
        Assert.Equal(before, Subjects());
        Assert.Equal(MessageFlags.Answered | MessageFlags.Deleted, Item("Twin").Flags);
        Assert.Equal(MessageFlags.Seen, Item("Mail 1").Flags);

        File.Delete(first);
        await ScanAsync();
        Assert.Equal(["Twin"], Subjects().Keys);
        Assert.Equal(2, _node.Node.GetHistory(Ann, before["Twin"]).Count);
        Assert.Equal(3, _node.Node.GetHistory(Ann, before["Mail 1"]).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_gets_its_own_content_back(bool twinFirst)
    {
        var (first, twin) = Lay(twinFirst);
        await ScanAsync();
        byte[] one = File.ReadAllBytes(first), two = File.ReadAllBytes(twin);
        File.WriteAllBytes(first, []);
        File.WriteAllBytes(twin, []);
        var operation = await _node.RunAsync(new BlobRestoreRequest());
        Assert.Equal((OperationState.Completed, 2L), (operation.State, operation.Report!.Restored));
        Assert.Equal(one, File.ReadAllBytes(first));
        Assert.Equal(two, File.ReadAllBytes(twin));
    }

    private (string First, string Twin) Lay(bool twinFirst)
    {
        string other = twinFirst ? _node.Server.Deliver(Ann, ".Other", subject: "Twin", body: "another\r\n") : "";
        string first = _node.Server.Deliver(Ann, flags: "", subject: "Mail 1");
        other = twinFirst ? other : _node.Server.Deliver(Ann, ".Other", subject: "Twin", body: "another\r\n");
        File.Move(other, first + "T");
        return (first, first + "T");
    }

    private async Task ScanAsync()
    {
        _node.Server.Settle();
        await _node.ScanAsync();
        var check = await _node.RunAsync(new CheckRequest { CompareSource = true, ReadData = true });
        Assert.True(check.State == OperationState.Completed, $"{check.Error} {string.Join('\n', check.Report!.Troubles)}");
    }

    private BackupItem Item(string subject) => _node.Items().Single(i => i.Subject == subject);

    private SortedDictionary<string, ItemId> Subjects() => new(_node.Items().ToDictionary(i => i.Subject, i => i.Id), StringComparer.Ordinal);
}
