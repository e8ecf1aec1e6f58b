using MailBackup.Archives;
using MailBackup.Operations;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Archives;

/// <summary>An account is exported out of what the backup has, not out of what a catalog knew of it that is gone or behind.</summary>
public sealed class AccountExportStoreTests : IDisposable
{
    private const string Ann = "ann@example.com";

    private readonly NodeFixture _f = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_catalog_that_is_gone_or_behind_is_made_up_for_first(bool behind)
    {
        Deliver(2);
        await _f.ScanAsync();
        _f.Node.Dispose();
        Copies.CopyFolder(_f.Layout.State, _f["state"]);
        _f.Reopen();
        Deliver(3);
        await _f.ScanAsync();
        _f.Node.Dispose();
        foreach (string file in Directory.GetFiles(_f.Layout.State, "catalog.db*"))
        {
            File.Delete(file);
        }

        if (behind)
        {
            foreach (string file in Directory.GetFiles(_f["state"], "catalog.db*"))
            {
                File.Copy(file, Path.Combine(_f.Layout.State, Path.GetFileName(file)));
            }
        }

        _f.Reopen();
        var export = await ExportAsync();
        Assert.True(export.State == OperationState.Completed, $"{export.State}: {export.Error}");
        Assert.Equal(5, Mails());
    }

    [Fact]
    public async Task What_stands_behind_damage_in_the_journal_makes_it_no_success()
    {
        Deliver(6);
        await _f.ScanAsync();
        _f.Node.Dispose();
        var account = _f.Layout.ListAccounts().Single();
        DamagedNode.ChangeLines(_f.Layout.ItemJournal(account).Segment(1), lines => lines.RemoveAt(5));
        Array.ForEach(Directory.GetFiles(_f.Layout.State, "catalog.db*"), File.Delete);
        _f.Reopen();
        var export = await ExportAsync();
        Assert.Equal(OperationState.CompletedWithErrors, export.State);
        var trouble = Assert.Single(export.Report!.Troubles);
        Assert.Equal((ErrorIds.JournalDamaged, Ann), (trouble.ErrorId, trouble.Account));
        Assert.InRange(Mails(), 1, 4);
    }

    /// <summary>Nothing has changed on the server, so the scan before it opens no catalog.</summary>
    [Fact]
    public async Task An_import_makes_up_for_a_catalog_that_is_gone()
    {
        Deliver(3);
        _f.Server.Settle();
        await _f.ScanAsync();
        await ExportAsync();
        _f.Node.Dispose();
        Array.ForEach(Directory.GetFiles(_f.Layout.State, "catalog.db*"), File.Delete);
        _f.Reopen();
        var import = await _f.RunAsync(new ImportAccountRequest
        {
            Account = Ann, Path = ArchiveDestination.PathOf(_f["archives"], Ann, ArchiveFormat.Maildir), Resolve = ImportResolve.Modify,
        });
        Assert.True(import.State == OperationState.Completed, $"{import.State}: {import.Error}");
        Assert.Equal(3, import.Report!.Skipped);
    }

    public void Dispose() => _f.Dispose();

    private Task<Operation> ExportAsync() =>
        _f.RunAsync(new ExportAccountRequest { Account = Ann, Destination = _f["archives"], Format = ArchiveFormat.Maildir });

    private int Mails() => Directory.GetFiles(ArchiveDestination.PathOf(_f["archives"], Ann, ArchiveFormat.Maildir), "*", SearchOption.AllDirectories)
        .Count(f => Path.GetFileName(Path.GetDirectoryName(f)) is "cur" or "new");

    private void Deliver(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _f.Server.Deliver(Ann, subject: $"Mail {i}", body: $"{i} {count}");
        }
    }
}
