using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Scanning;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Scanning;

/// <summary>What a user moves while a scan goes through the account is in no folder that it looks into. That is no deletion.</summary>
public sealed class MovedMeanwhileTests : IDisposable
{
    private const string Ann = "ann@example.com";

    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData(".Archive", "")]
    [InlineData("", ".Archive")]
    public async Task A_mail_that_goes_to_a_folder_that_was_looked_at_before_is_moved(string from, string to)
    {
        string mail = _node.Server.Deliver(Ann, from, subject: "Moves");
        _node.Server.Deliver(Ann, from, subject: "Stays");
        _node.Server.Folder(Ann, to);
        _node.Server.Settle();
        await _node.ScanAsync();
        var id = Item("Moves").Id;

        // Something of the folder has changed, so that it is compared.
        File.Delete(_node.Server.Deliver(Ann, from, subject: "Never seen"));
        bool moved = false;
        var during = await ScanAsync(_ =>
        {
            if (!moved)
            {
                File.Move(mail, Path.Combine(_node.Server.Folder(Ann, to), "cur", Path.GetFileName(mail)));
                moved = true;
            }
        });
        Assert.Equal((0L, 0L), (during.Added, during.Deleted));
        _node.Server.Settle();
        var after = await _node.ScanAsync();
        Assert.Equal((0L, 1L, 0L), (after.Added, after.Updated, after.Deleted));
        Assert.Equal((id, to.Length == 0 ? "INBOX" : "Archive"), (Item("Moves").Id, Item("Moves").Folder));
        Assert.Equal(2, _node.Node.GetHistory(Ann, id).Count);
    }

    [Fact]
    public async Task What_else_is_missing_is_deleted()
    {
        string mail = _node.Server.Deliver(Ann, subject: "Goes");
        _node.Server.Folder(Ann, ".Archive");
        _node.Server.Settle();
        await _node.ScanAsync();
        File.Delete(mail);
        bool done = false;
        var report = await ScanAsync(_ =>
        {
            if (!done)
            {
                _node.Server.Deliver(Ann, ".Archive", subject: "Comes");
                done = true;
            }
        });
        Assert.Equal(1, report.Deleted);
    }

    private BackupItem Item(string subject) => _node.Items().Single(i => i.Subject == subject);

    private async Task<OperationReport> ScanAsync(Action<string> afterListing)
    {
        await using var source = new GatedSource(_node.Node.OpenSource()) { AfterListing = afterListing };
        var operation = await _node.Node.Operations.RunAsync(
            _node.Node.Submit(new ScanRequest()).Id,
            (_, sink, stop) => new SmartScan(_node.Layout, source, new ScanRequest(), new ScanOptions(false, true, 0, 50, 100), sink, _node.Node.Share).RunAsync(stop),
            null, default);
        Assert.True(operation.State == OperationState.Completed, $"{operation.Error} {operation.Report?.Troubles.FirstOrDefault()}");
        return operation.Report!;
    }
}
