using System.Globalization;
using System.Security.Cryptography;
using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>
/// Accounts, lists, domains and COS from an LDIF file (RFC 2849), as <c>slapcat</c> or <c>ldapsearch -LLL</c> write it. The file is used
/// whole or not at all: an account missing from half a file would look deleted.
/// </summary>
/// <param name="path">The file, absolute.</param>
public sealed class LdifProvisioning(string path)
{
    /// <summary>A file this young may be written again within the same tick of the file system's clock, with nothing to show for it.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    private volatile FileStamp? _settled;

    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// The directory, or null when it is still what it was when <paramref name="knownToken"/> was given. An untouched file is not read for that; a
    /// file that was written again is unchanged when its SHA-256 is the same.
    /// </summary>
    /// <exception cref="MailBackupException"><c>SourceUnreadable</c>, <c>LdifInvalid</c>.</exception>
    public ProvisioningSnapshot? Read(string? knownToken)
    {
        try
        {
            // Sharing everything: our reading must not stop the exporter from writing.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var (modified, size) = Stat(file);
            bool settled = Clock.GetUtcNow() - modified > Settling;
            var known = FileStamp.Parse(knownToken);

            if (known is not null && known.Size == size)
            {
                var now = known with { Modified = modified };
                if (settled && (now == known || now == _settled))
                {
                    return null;
                }

                if (Hash(file) == known.Hash)
                {
                    // The token stays as it is, so what was learned is kept here for the next call.
                    _settled = settled && Stat(file) == (modified, size) ? now : null;
                    return null;
                }
            }

            var (entries, hash) = Parse(file);
            if (Stat(file) != (modified, size))
            {
                throw Unreadable("changed while it was read", "Let the exporter write another file and rename it, then scan again.");
            }

            // A token of a file that is not settled names no time, so that the next visit looks at the content.
            return new ProvisioningSnapshot(new FileStamp(settled ? modified : default, size, hash).ToString(), entries);
        }
        catch (FileNotFoundException e)
        {
            throw Unreadable("does not exist", "Export the directory to it, or correct the path of the LDIF file.", e);
        }
        catch (DirectoryNotFoundException e)
        {
            throw Unreadable("does not exist", "Export the directory to it, or correct the path of the LDIF file.", e);
        }
        catch (UnauthorizedAccessException e) when (Directory.Exists(path))
        {
            throw Unreadable("is a directory", "Name the LDIF file itself.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unreadable("may not be read by this user", "Give the user that runs the backup the right to read it.", e);
        }
        catch (IOException e)
        {
            throw Unreadable($"cannot be read ({e.Message})", "Check the disk and the path, then scan again.", e);
        }
    }

    private (List<ProvisioningEntry> Entries, string Hash) Parse(FileStream file)
    {
        file.Position = 0;
        using var sha = SHA256.Create();
        using var hashed = new CryptoStream(file, sha, CryptoStreamMode.Read, leaveOpen: true);
        var reader = new LdifReader(hashed, path);
        var entries = new List<ProvisioningEntry>();
        var lines = new Dictionary<(ProvisioningKind, string), int>(EntryNameComparer.Instance);
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        var children = new List<LdifRecord>();
        bool any = false;
        foreach (var record in reader.Read())
        {
            any = true;
            if (ProvisioningClassifier.Classify(record.DistinguishedName, record.Attributes) is not { } entry)
            {
                if (ChildEntries.IsChild(record))
                {
                    children.Add(record);
                }

                continue;
            }

            if (!lines.TryAdd((entry.Kind, entry.Name), record.Line))
            {
                throw Twice(record, entry.Name, lines[(entry.Kind, entry.Name)]);
            }

            string dn = DistinguishedName.Normalize(record.DistinguishedName);
            if (!names.TryAdd(dn, record.Line))
            {
                // No directory has two (RFC 4512 §2.3): parts of two exports, and whose the entries below it are cannot be told.
                throw Twice(record, record.DistinguishedName, names[dn]);
            }

            entries.Add(entry);
        }

        if (!any)
        {
            // What a failed export leaves behind; taken for a directory, it would delete every account.
            throw LdifReader.Invalid(path, reader.Line, "the file holds no entry", "Export the directory again.");
        }

        ChildEntries.Attach(entries, children);
        return (entries, Convert.ToHexString(sha.Hash!));
    }

    private MailBackupException Twice(LdifRecord record, string name, int first) => LdifReader.Invalid(
        path, record.Line, string.Create(CultureInfo.InvariantCulture, $"{name} is already the name of the entry in line {first}"),
        "Remove or rename one of the two entries.");

    private static string Hash(FileStream file)
    {
        file.Position = 0;
        return Convert.ToHexString(SHA256.HashData(file));
    }

    private static (DateTimeOffset Modified, long Size) Stat(FileStream file) =>
        (new DateTimeOffset(File.GetLastWriteTimeUtc(file.SafeFileHandle)), RandomAccess.GetLength(file.SafeFileHandle));

    private MailBackupException Unreadable(string problem, string action, Exception? inner = null) =>
        new(ErrorIds.SourceUnreadable, $"The LDIF file {path} {problem}.", action, path, inner);

    /// <summary>Names of a directory are compared without case (RFC 4519, RFC 1035 §2.3.3).</summary>
    private sealed class EntryNameComparer : IEqualityComparer<(ProvisioningKind Kind, string Name)>
    {
        public static readonly EntryNameComparer Instance = new();

        public bool Equals((ProvisioningKind Kind, string Name) x, (ProvisioningKind Kind, string Name) y) =>
            x.Kind == y.Kind && string.Equals(x.Name, y.Name, StringComparison.OrdinalIgnoreCase);

        public int GetHashCode((ProvisioningKind Kind, string Name) obj) =>
            HashCode.Combine(obj.Kind, obj.Name.GetHashCode(StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>What a token says: when the file was written (default: not to be trusted), how long it is and the SHA-256 of it.</summary>
    private sealed record FileStamp(DateTimeOffset Modified, long Size, string Hash)
    {
        public static FileStamp? Parse(string? token)
        {
            string[] parts = token?.Split('-') ?? [];
            return parts.Length == 3 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)
                && ticks <= DateTimeOffset.MaxValue.Ticks && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long size)
                ? new FileStamp(new DateTimeOffset(ticks, TimeSpan.Zero), size, parts[2]) : null;
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Modified.UtcTicks}-{Size}-{Hash}");
    }
}
