using System.Buffers;
using System.Text.Json;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Anchoring;

/// <summary>
/// An anchor as a file: <c>{"anchor":1,"server":…,"created":…,"root":…,"journals":[{"name":…,"transactions":12,"check":…,"removed":0},…]}</c>.
/// </summary>
public static class AnchorFile
{
    private const int Version = 1;

    public static byte[] Write(BackupAnchor anchor)
    {
        ArgumentNullException.ThrowIfNull(anchor);
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("anchor"u8, Version);
            json.WriteString("server"u8, anchor.ServerId);
            json.WriteString("created"u8, anchor.Created.UtcDateTime);
            json.WriteString("root"u8, anchor.Root);
            json.WriteStartArray("journals"u8);
            foreach (var journal in anchor.Journals)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, journal.Name);
                json.WriteNumber("transactions"u8, journal.Transactions);
                json.WriteString("check"u8, journal.Check);
                json.WriteNumber("removed"u8, journal.Removed);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    /// <summary>Writes a new file and makes it durable. Errors: <c>AnchorInvalid</c> when it cannot be made, or is there already.</summary>
    public static void Save(string path, byte[] content)
    {
        try
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MailBackupException(ErrorIds.AnchorInvalid, $"{path} cannot be written: {e.Message.TrimEnd('.')}.", "Name a new file in a folder that this user may write.", path, e);
        }
    }

    /// <summary>Errors: <c>AnchorInvalid</c>, also when the file does not fit its own root.</summary>
    public static BackupAnchor Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (root.GetProperty("anchor").GetInt32() != Version)
            {
                throw Invalid(path, "it is of a later version", null);
            }

            var anchor = new BackupAnchor
            {
                ServerId = root.GetProperty("server").GetGuid(),
                Created = root.GetProperty("created").GetDateTimeOffset(),
                Journals = [.. root.GetProperty("journals").EnumerateArray().Select(j => new JournalAnchor(
                    j.GetProperty("name").GetString() ?? "", j.GetProperty("transactions").GetInt64(), j.GetProperty("check").GetString() ?? "", j.GetProperty("removed").GetInt64()))],
            };
            return anchor.Root == root.GetProperty("root").GetString() ? anchor : throw Invalid(path, "it does not fit its own root: it was altered or damaged", null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw Invalid(path, e.Message.TrimEnd('.'), e);
        }
    }

    private static MailBackupException Invalid(string path, string reason, Exception? inner) => new(
        ErrorIds.AnchorInvalid, $"{path} is no anchor that can be used: {reason}.", "Name the file that 'mailbackup anchor --out FILE' wrote.", path, inner);
}
