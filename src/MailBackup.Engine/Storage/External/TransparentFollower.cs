using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>
/// Makes the private catalog of an export. An export does not grow like a journal: whenever its <c>backupstat</c> says anything new, it is read anew.
/// </summary>
internal static class TransparentFollower
{
    public static bool IsUpToDate(TransparentLayout layout, Catalog catalog)
    {
        using var db = catalog.Connect();
        return Stamp(layout) is { } stamp && db.Scalar("SELECT length FROM bundle") == stamp;
    }

    /// <summary>A file that is damaged costs its item; it is told to <paramref name="warn"/>.</summary>
    public static void ReadAnew(TransparentLayout layout, CatalogWriter writer, Action<string>? warn)
    {
        foreach (var (_, id) in writer.ListAccounts())
        {
            writer.ForgetAccount(id);
        }

        var stamp = Stamp(layout);
        foreach (var uuid in layout.ListAccounts())
        {
            var account = writer.GetAccount(uuid);
            foreach (long item in layout.ListItems(uuid))
            {
                ReadItem(layout, writer, uuid, account.Id, new ItemId(item), warn);
            }

            writer.SetPosition(account.Id, JournalPosition.Start);
        }

        // Blobs are not listed, so there is no place in a bundle to remember.
        writer.SetBundlePosition(0, stamp ?? 0);
    }

    private static void ReadItem(TransparentLayout layout, CatalogWriter writer, Guid account, long catalogId, ItemId item, Action<string>? warn)
    {
        string path = layout.ItemFile(account, item);
        try
        {
            var states = new List<(Transaction Transaction, JournalPlace Place)>();
            TransparentItem.Read(File.ReadAllBytes(path), account, item, (transaction, place) => states.Add((transaction, place)));
            foreach (var (transaction, place) in states)
            {
                writer.Apply(catalogId, transaction, place);
            }
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or OverflowException)
        {
            warn?.Invoke($"{path}: {e.Message} The item is not listed.");
        }
    }

    /// <summary>Null while the export is not complete: then it may grow without a word.</summary>
    private static long? Stamp(TransparentLayout layout)
    {
        if (BackupStat.Read(layout)?.Completed is null)
        {
            return null;
        }

        return BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(File.ReadAllBytes(layout.BackupStat))) & long.MaxValue;
    }
}
