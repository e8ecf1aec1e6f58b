using System.Globalization;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>
/// The names in an export: one JSON array a file an item, one gzip file a blob. Accounts, domains, COS and lists have the same journals as in a
/// backup path. Only read; what writes an export knows its names from here too.
/// </summary>
/// <param name="root">The folder of the export.</param>
/// <param name="state">Folder of the private catalog, outside of it.</param>
public sealed class TransparentLayout(string root, string state) : BackupLayout(root, state)
{
    /// <summary>What <c>backupstat</c> calls it.</summary>
    public const string Name = "transparent";

    /// <summary>
    /// The newest format of exports that is written and read. Far from those of backup paths, so that a version that knows no exports refuses one
    /// instead of writing journals into it.
    /// </summary>
    public const int Format = 1001;

    /// <summary>An item's file is to us a segment of the account's journal: its number is the item's id.</summary>
    public override JournalFile ItemJournal(Guid account) => new(JournalName(account, default), item => ItemFile(account, new ItemId(item)), Segmented: true);

    /// <summary>Seeds the chain of checksums in the file of an item, so that files cannot be exchanged.</summary>
    public static string JournalName(Guid account, ItemId item) =>
        string.Create(CultureInfo.InvariantCulture, $"{account:D}/items/{item.Value}");

    public string ItemFolder(Guid account) => Path.Combine(Account(account), "items");

    /// <summary><c>accounts/&lt;uuid&gt;/items/&lt;last two digits of the id&gt;/&lt;id&gt;</c>.</summary>
    public string ItemFile(Guid account, ItemId item) => Path.Combine(
        ItemFolder(account),
        (item.Value % 100).ToString("d2", CultureInfo.InvariantCulture),
        item.Value.ToString(CultureInfo.InvariantCulture));

    /// <summary><c>items/&lt;first two characters&gt;/&lt;digest&gt;</c>: a whole gzip file.</summary>
    public string BlobFile(Digest digest)
    {
        string text = digest.ToString();
        return Path.Combine(Items, text[..2], text);
    }

    /// <summary>Ids of the items of an account that have a file, ascending.</summary>
    public List<long> ListItems(Guid account)
    {
        var items = new List<long>();
        if (Directory.Exists(ItemFolder(account)))
        {
            foreach (string file in Directory.EnumerateFiles(ItemFolder(account), "*", SearchOption.AllDirectories))
            {
                if (long.TryParse(Path.GetFileName(file), NumberStyles.None, CultureInfo.InvariantCulture, out long item))
                {
                    items.Add(item);
                }
            }
        }

        items.Sort();
        return items;
    }

    internal override string BlobFile(Digest digest, BlobLocation location) => BlobFile(digest);

    /// <summary>Each file says itself what is in it; none is listed in the catalog.</summary>
    internal override BlobLocation? FindBlob(Catalog catalog, Digest digest)
    {
        try
        {
            using var handle = File.OpenHandle(BlobFile(digest), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> header = stackalloc byte[GzipMember.HeaderLength];
            int n = RandomAccess.Read(handle, header, 0);

            // A header that is not ours leads to a digest that does not fit, which is told as damage.
            return GzipMember.TryReadHeader(header[..n], out var member) && member.Digest == digest
                ? new BlobLocation(0, 0, RandomAccess.GetLength(handle), member.ContentLength)
                : new BlobLocation(0, 0, RandomAccess.GetLength(handle), -1);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    internal override long CountBlobs(Sqlite.SqliteDatabase catalog) =>
        Directory.Exists(Items) ? Directory.EnumerateFiles(Items, "*", SearchOption.AllDirectories).LongCount() : 0;
}
