using MailBackup.Archives.Maildir;
using MailBackup.Archives.Mbox;
using MailBackup.Archives.Zip;

namespace MailBackup.Archives;

/// <summary>Opens an archive of any of the formats, and tells which it is.</summary>
internal static class ArchiveOpening
{
    /// <summary>Errors: <c>ArchiveNotFound</c>, <c>ArchiveInvalid</c>.</summary>
    /// <param name="format">Null to tell it from what is there.</param>
    public static IArchiveReader Open(string path, ArchiveFormat? format)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!Path.Exists(path))
        {
            throw ArchiveErrors.NotFound(path);
        }

        try
        {
            return (format ?? Detect(path)) switch
            {
                ArchiveFormat.Zip when File.Exists(path) => new ZipArchiveReader(path),
                ArchiveFormat.Maildir when MaildirArchiveReader.Find(path) is { } mailbox => new MaildirArchiveReader(mailbox),
                ArchiveFormat.Mbox when OpenMbox(path) is { } mbox => mbox,
                null => throw ArchiveErrors.Invalid(path, "it is no zip file, no Maildir and no mbox"),
                var other => throw ArchiveErrors.Invalid(path, $"it is no {ArchiveFormatText.ToText(other.Value)}"),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ArchiveErrors.Invalid(path, e.Message.TrimEnd('.'), e);
        }
    }

    private static ArchiveFormat? Detect(string path)
    {
        if (Directory.Exists(path))
        {
            // Contacts and documents lie beside the mail in both.
            bool mbox = Directory.Exists(Path.Combine(path, ArchiveNames.Mail)) && File.Exists(Path.Combine(path, ArchiveMetadata.FileName));
            return !mbox && MaildirArchiveReader.Find(path) is not null ? ArchiveFormat.Maildir : ArchiveFormat.Mbox;
        }

        Span<byte> head = stackalloc byte[5];
        using var file = File.OpenRead(path);
        int n = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return head[..n].StartsWith("PK"u8) ? ArchiveFormat.Zip : head[..n].SequenceEqual("From "u8) ? ArchiveFormat.Mbox : null;
    }

    private static MboxArchiveReader? OpenMbox(string path)
    {
        var reader = new MboxArchiveReader(path);
        if (!reader.IsEmpty)
        {
            return reader;
        }

        reader.Dispose();
        return null;
    }
}
