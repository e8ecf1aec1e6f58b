using System.Collections.Concurrent;
using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Restoring.External;

/// <summary>
/// Keeps what was restored of another server's account until a scan has given it ids here; then it is written into the account's
/// <c>id_mapper.log</c>. What a crash leaves waiting is taken up by the next external restore.
/// </summary>
/// <param name="target">Address of the account here.</param>
internal sealed class RestoredIds(BackupLayout own, Guid sourceAccount, string target) : IRestoreRecord
{
    private readonly ConcurrentQueue<(ItemId Item, ItemType Type, Digest Digest, string Key)> _restored = new();

    public void Restored(PlannedItem item, ItemState state, RestoredItem restored)
    {
        if (state.Digest is { } digest)
        {
            _restored.Enqueue((item.Id, state.Type, digest, restored.Key));
        }
    }

    public ValueTask SaveAsync()
    {
        var batch = new List<(ItemId Item, ItemType Type, Digest Digest, string Key)>();
        while (_restored.TryDequeue(out var one))
        {
            batch.Add(one);
        }

        if (batch.Count > 0)
        {
            try
            {
                IdMap.AppendLines(PendingFile(own, target), batch.Select(b => (Action<System.Text.Json.Utf8JsonWriter>)(json =>
                {
                    json.WriteString("account"u8, sourceAccount);
                    json.WriteNumber("item"u8, b.Item.Value);
                    json.WriteString("type"u8, ItemTypeText.ToText(b.Type));
                    json.WriteString("digest"u8, b.Digest.ToString());
                    json.WriteString("key"u8, b.Key);
                })));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StorageFault.Translate(e, own.Root);
            }
        }

        return ValueTask.CompletedTask;
    }

    public static bool HasPending(BackupLayout own, string target) => File.Exists(PendingFile(own, target));

    /// <summary>Finds what waits for its id in the backup as the last scan left it. What is not there was not saved, and is found by content another time.</summary>
    public static void Resolve(BackupLayout own, Catalog catalog, IMailSource source, Guid account, string target)
    {
        string pending = PendingFile(own, target);
        if (!File.Exists(pending))
        {
            return;
        }

        var known = Known(catalog, source, account);
        var found = IdMap.Lines(pending, root => (
                Account: root.GetProperty("account").GetGuid(),
                Item: new ItemId(root.GetProperty("item").GetInt64()),
                Digest: Digest.Parse(root.GetProperty("digest").GetString()),
                Name: (FolderKind: Plans.FolderPlanner.KindOf(ItemTypeText.Parse(root.GetProperty("type").GetString()!)), Key: root.GetProperty("key").GetString()!)))
            .Select(p => (p.Account, p.Item, Restored: Find(p.Name.FolderKind, p.Name.Key, p.Digest), p.Digest))
            .Where(p => p.Restored != default);
        try
        {
            IdMap.Append(own.IdMapper(account), found);
            File.Delete(pending);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFault.Translate(e, own.Root);
        }

        ItemId Find(FolderKind kind, string key, Digest digest) =>
            known.TryGetValue(Place(key, digest), out var id) ? id : known.GetValueOrDefault(Place(source.StableKeyOf(kind, key), digest));
    }

    /// <summary>
    /// All living items of the account, by the part of their names that stays, or where several share it by the whole name, and content: 16 bytes each, because an account
    /// may have a million of them.
    /// </summary>
    private static Dictionary<UInt128, ItemId> Known(Catalog catalog, IMailSource source, Guid account)
    {
        var known = new Dictionary<UInt128, ItemId>();
        using var db = catalog.Connect();
        using var select = db.Prepare($"""
            SELECT item, type, key, digest FROM state
            WHERE account = (SELECT id FROM account WHERE uuid = ?) AND end = {Catalog.Open} AND deleted = 0 AND digest IS NOT NULL
            """);
        select.Bind(0, account.ToString("D"));
        while (select.Step())
        {
            var kind = Plans.FolderPlanner.KindOf((ItemType)select.Int32(1));
            var (id, key, digest) = (new ItemId(select.Int64(0)), select.Text(2), select.Digest(3)!.Value);
            if (!known.TryAdd(Place(source.StableKeyOf(kind, key), digest), id))
            {
                known[Place(key, digest)] = id;
            }
        }

        return known;
    }

    private static UInt128 Place(string key, Digest digest)
    {
        Span<byte> hash = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(key.AsSpan()), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash) ^ digest.Half();
    }

    private static string PendingFile(BackupLayout own, string target) => Path.Combine(own.IdMapperPending, Uri.EscapeDataString(target.ToLowerInvariant()) + ".jsonl");
}
