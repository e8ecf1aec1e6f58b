using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Tests.Support;

/// <summary>What tests of whole scans and restores ask again and again.</summary>
internal static class NodeProofs
{
    /// <summary>Every line, blob and reference is right.</summary>
    public static async Task AssertCoherentAsync(this NodeFixture f)
    {
        var operation = await f.RunAsync(new CheckRequest());
        Assert.True(
            operation is { State: OperationState.Completed, Report.Errors: 0 },
            $"{operation.State}: {operation.Error} {string.Join('\n', operation.Report?.Troubles ?? [])}");
        Assert.True(operation.Report!.Checked > 0);
    }

    /// <summary>A restore that must go through.</summary>
    public static async Task<OperationReport> RestoreAsync(this NodeFixture f, OperationRequest request)
    {
        var operation = await f.RunAsync(request);
        Assert.True(
            operation.State == OperationState.Completed,
            $"{operation.State}: {operation.ErrorId} {operation.Error} {string.Join('\n', operation.Report?.Troubles ?? [])}");
        return operation.Report!;
    }

    public static async Task AssertNothingChangedAsync(this NodeFixture f)
    {
        var report = await f.ScanAsync();
        Assert.Equal((0L, 0L, 0L), Changes(report));
    }

    public static (long Added, long Updated, long Deleted) Changes(this OperationReport report) => (report.Added, report.Updated, report.Deleted);

    public static (long Restored, long Skipped, long Unrestored) Counts(this OperationReport report) =>
        (report.Restored, report.Skipped, report.Unrestored);

    /// <summary>State and content of every living item that has content.</summary>
    /// <param name="wanted">For what does not pass, the content is empty.</param>
    public static IEnumerable<(Guid Account, ItemState State, byte[] Content)> Contents(this NodeFixture f, Func<ItemState, bool>? wanted = null)
    {
        using var catalog = StoreReader.OpenCatalog(f.Layout, null);
        var reader = new ContentReader(f.Layout, catalog);
        using var db = catalog.Connect();
        using var select = db.Prepare($"""
            SELECT a.uuid, s.segment, s.offset, s.length FROM state s JOIN account a ON a.id = s.account
            WHERE s.end = {Catalog.Open} AND s.deleted = 0 AND s.type <> {(int)ItemType.Folder}
            """);
        while (select.Step())
        {
            var account = Guid.Parse(select.Text(0));
            var place = new JournalPlace(select.Int32(1), select.Int64(2), select.Int32(3));
            var state = JournalLookup.ReadTransaction(f.Layout, account, place).State!;
            if (wanted is not null && !wanted(state))
            {
                yield return (account, state, []);
                continue;
            }

            using var stream = reader.Open(state);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            yield return (account, state, copy.ToArray());
        }
    }

    /// <summary>All of the catalog, one line a row, in an order that does not depend on how it came about.</summary>
    public static List<string> DumpCatalog(this NodeFixture f)
    {
        using var catalog = StoreReader.OpenCatalog(f.Layout, null);
        using var db = catalog.Connect();
        var lines = new List<string>();
        foreach (string sql in (string[])[
            "SELECT 'account', uuid, segment, offset, chk, next, last_item FROM account ORDER BY uuid",
            "SELECT 'bundle', number, length FROM bundle",
            "SELECT 'blob', quote(digest), bundle, offset, length, size FROM blob ORDER BY digest",
            """
            SELECT 'state', a.uuid, item, tx, start, end, deleted, type, folder, flags, quote(tags), date, size, quote(digest), key, subject, sender,
                s.segment, s.offset, length
            FROM state s JOIN account a ON a.id = s.account ORDER BY a.uuid, item, tx
            """,
        ])
        {
            int columns = sql.Split("FROM")[0].Count(c => c == ',') + 1;
            using var select = db.Prepare(sql);
            while (select.Step())
            {
                lines.Add(string.Join('|', Enumerable.Range(0, columns).Select(select.Text)));
            }
        }

        return lines;
    }
}
