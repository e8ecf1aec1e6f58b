using MailBackup.Storage.Sqlite;

namespace MailBackup.Storage;

/// <summary>
/// Brings the catalog up to what journals and bundles hold: a few file sizes when nothing happened, the lines and members of the last batch after
/// a crash, everything after the catalog was deleted. Runs under the writer lock only, because it also cuts a torn bundle (never one of a path that
/// is only read).
/// </summary>
internal static class CatalogFollower
{
    /// <returns>True when every journal and the newest bundle end where the catalog has read to. Needs no lock.</returns>
    public static bool IsUpToDate(BackupLayout layout, Catalog catalog)
    {
        if (layout is TransparentLayout export)
        {
            return TransparentFollower.IsUpToDate(export, catalog);
        }

        using var db = catalog.Connect();
        using var bundle = db.Prepare("SELECT number, length FROM bundle");
        if (!bundle.Step() || EndOf(layout, bundle.Int32(0)) != bundle.Int64(1) || File.Exists(layout.Bundle(bundle.Int32(0) + 1)))
        {
            return false;
        }

        if (!JournalReader.EndsAt(layout.Purges, CatalogWriter.ReadPurgePosition(db)))
        {
            return false;
        }

        var read = new Dictionary<string, (int Segment, long Offset)>();
        using (var accounts = db.Prepare("SELECT uuid, segment, offset FROM account"))
        {
            while (accounts.Step())
            {
                read[accounts.Text(0)] = (accounts.Int32(1), accounts.Int64(2));
            }
        }

        foreach (var account in layout.ListAccounts())
        {
            var journal = layout.ItemJournal(account);
            var (segment, offset) = read.GetValueOrDefault(account.ToString("D"));
            var file = new FileInfo(journal.Segment(Math.Max(segment, 1)));
            read.Remove(account.ToString("D"));
            if ((file.Exists ? file.Length : 0) != offset || File.Exists(journal.Segment(Math.Max(segment, 1) + 1)))
            {
                return false;
            }
        }

        // An account whose folder is gone: an older copy was put back.
        return read.Count == 0;
    }

    /// <summary>Reads what is new. Damage is passed over and left for the coherency check; it is told to <paramref name="warn"/>.</summary>
    /// <param name="damaged">Told as well of each account whose journal is damaged: something of it is not listed.</param>
    /// <returns>The place behind the last bundle's last whole member.</returns>
    public static (int Bundle, long Length) CatchUp(BackupLayout layout, Catalog catalog, Action<string>? warn = null, Action<Guid, string>? damaged = null)
    {
        var writer = catalog.Writer;
        writer.Begin();
        try
        {
            if (layout is TransparentLayout export)
            {
                TransparentFollower.ReadAnew(export, writer, warn);
                writer.SetPlace(layout.Catalog);
                writer.Commit();
                return default;
            }

            bool purged = FollowPurges(layout, writer);
            var accounts = layout.ListAccounts().ToHashSet();
            foreach (var (uuid, id) in writer.ListAccounts())
            {
                if (!accounts.Contains(uuid))
                {
                    writer.ForgetAccount(id);
                }
            }

            foreach (var account in accounts)
            {
                FollowJournal(layout, writer, account, text =>
                {
                    warn?.Invoke(text);
                    damaged?.Invoke(account, text);
                });
            }

            // After the journals: of a path that its own server is writing to, everything that they name is in the bundles by now.
            var end = FollowBundles(layout, writer, purged);
            writer.SetPlace(layout.Catalog);
            writer.Commit();
            return end;
        }
        catch
        {
            writer.Rollback();
            throw;
        }
    }

    /// <summary>The same where only the journals of these accounts have changed, so that a purge of many does not look at all for each few.</summary>
    public static void CatchUp(BackupLayout layout, Catalog catalog, IReadOnlyCollection<Guid> changed, Action<string>? warn)
    {
        var writer = catalog.Writer;
        writer.Begin();
        try
        {
            FollowPurges(layout, writer);
            foreach (var account in changed)
            {
                FollowJournal(layout, writer, account, warn);
            }

            writer.Commit();
        }
        catch
        {
            writer.Rollback();
            throw;
        }
    }

    /// <summary>
    /// Forgets what purges have changed behind its back, so that it is read anew. A catalog that has read nothing yet has nothing to forget; one of
    /// another copy of the path has everything.
    /// </summary>
    /// <returns>True when there were any that it did not know of.</returns>
    private static bool FollowPurges(BackupLayout layout, CatalogWriter writer)
    {
        var position = writer.GetPurgePosition();
        if (JournalReader.EndsAt(layout.Purges, position) && JournalReader.Matches(layout.Purges, position))
        {
            return false;
        }

        bool ours = JournalReader.Matches(layout.Purges, position);
        var (records, end) = PurgeLog.Read(layout, ours ? position : JournalPosition.Start);
        var accounts = writer.ListAccounts();
        var changed = records.SelectMany(r => r.Rewritten).ToHashSet();
        foreach (var (uuid, id) in accounts.Where(a => !ours || changed.Contains(a.Uuid)))
        {
            writer.ForgetAccount(id);
        }

        if (!ours)
        {
            writer.ForgetBlobs();
        }
        else if (accounts.Count > 0 || writer.GetBundlePosition() != default)
        {
            foreach (int bundle in records.SelectMany(r => r.Bundles).Distinct())
            {
                writer.ForgetBundle(bundle);
            }
        }

        writer.SetPurgePosition(end);
        return true;
    }

    private static long EndOf(BackupLayout layout, int bundle)
    {
        var file = new FileInfo(layout.Bundle(bundle));
        return file.Exists ? file.Length : 0;
    }

    /// <param name="purged">Bundles may have gone since the catalog last looked: that the next one is not there does not make this one the newest.</param>
    private static (int Bundle, long Length) FollowBundles(BackupLayout layout, CatalogWriter writer, bool purged)
    {
        var (bundle, length) = writer.GetBundlePosition();
        if (EndOf(layout, bundle) < length)
        {
            // Another set of bundles than the one that was read: an older copy was put back.
            writer.ForgetBlobs();
            (bundle, length) = (0, 0);
        }
        else if (length > 0 && !purged && EndOf(layout, bundle) == length && !File.Exists(layout.Bundle(bundle + 1)))
        {
            return (bundle, length);
        }

        if (layout.IsReadOnly && writer.LastBlob() is { } newest && !BundleReader.IsThere(layout, newest.Digest, newest.Location))
        {
            // Another disk with another copy is mounted at the same place.
            writer.ForgetBlobs();
            (bundle, length) = (0, 0);
        }

        var numbers = layout.ListBundles();
        bool fresh = bundle == 0 && length == 0;
        foreach (int number in numbers.Where(n => n >= bundle))
        {
            // What was appended since the last batch may have kept its length and lost its content in a power failure, so it is read and proved.
            // When everything is read anew, that can only be in the newest bundle, or in the one before where the newest has just been begun: a full one is
            // durable before there is a next.
            bool prove = !fresh || number >= numbers[^1] - 1;
            length = FollowBundle(layout, writer, number, number == bundle ? length : 0, prove, last: number == numbers[^1]);
            bundle = number;
        }

        writer.SetBundlePosition(bundle, length);
        return (bundle, length);
    }

    /// <summary>
    /// A broken member is not listed, so that its content is stored again when it is met, and stays where it is: it may have been reported as saved long ago,
    /// and rotted since. Cut off is only what is no whole member at the very end of the newest bundle, and that is set aside. Throws <c>BlobUnreadable</c>:
    /// what the device does not give out at this moment is not broken.
    /// </summary>
    private static long FollowBundle(BackupLayout layout, CatalogWriter writer, int number, long from, bool prove, bool last)
    {
        string path = layout.Bundle(number);
        long lastGood = from;
        BundleReader.Walk(path, number, from, (digest, location, whole) =>
        {
            if (whole)
            {
                lastGood = location.Offset + location.Length;
                if (!prove || BundleReader.Prove(layout, digest, location))
                {
                    writer.AddBlob(digest, location);
                }
            }
        });

        if (!last)
        {
            return new FileInfo(path).Length;
        }

        if (layout.IsReadOnly)
        {
            return lastGood;
        }

        using var handle = layout.Files.Open(path, FileMode.Open);
        JournalTail.TrySetAside(handle, path, lastGood, layout.Cut);
        JournalTail.TryTruncate(layout.Files, handle, lastGood);
        return lastGood;
    }

    private static void FollowJournal(BackupLayout layout, CatalogWriter writer, Guid uuid, Action<string>? warn)
    {
        var journal = layout.ItemJournal(uuid);
        var account = writer.GetAccount(uuid);
        try
        {
            if (!JournalReader.Matches(journal, account.Position))
            {
                writer.ForgetAccount(account.Id);
                account = writer.GetAccount(uuid);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing says that it is another journal than the one that was read: that stays listed.
            warn?.Invoke($"{journal.Segment(account.Position.Segment)} cannot be read: {e.Message} What stands behind byte {account.Position.Offset} is not listed.");
            return;
        }

        using var reader = JournalReader.From(journal, account.Position);
        try
        {
            while (reader.TryRead(out var line))
            {
                try
                {
                    writer.Apply(account.Id, TransactionLine.Read(line.Bytes.Span), line.Place);
                }
                catch (System.Text.Json.JsonException e)
                {
                    warn?.Invoke($"{reader.SegmentPath} at byte {line.Place.Offset}: {e.Message} Run a coherency check.");
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It costs this account what stands behind, and not all the others.
            warn?.Invoke($"{reader.SegmentPath} cannot be read: {e.Message} What stands behind byte {reader.Position.Offset} is not listed.");
        }

        if (reader.State is JournalReaderState.Damaged or JournalReaderState.Torn && !reader.EndsInTraceOfCrash(AccountStat.Read(layout, uuid)?.Journal))
        {
            warn?.Invoke($"{reader.SegmentPath} is damaged at byte {reader.Position.Offset}; what stands behind it is not listed. Run a coherency check.");
        }

        writer.NoteItem(account.Id, reader.LastRemovedItem);
        writer.SetPosition(account.Id, reader.Position);
    }
}
