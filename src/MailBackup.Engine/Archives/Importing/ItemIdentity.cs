using System.Security.Cryptography;
using System.Text;
using MailBackup.Sources;
using MailBackup.Sources.Content;

namespace MailBackup.Archives.Importing;

/// <summary>
/// By what an item in an archive and one in an account are the same: the Message-ID of a message (RFC 5322 §3.6.4), the UID of a contact or
/// appointment (RFC 6350 §6.7.6, RFC 5545 §3.8.4.7), the name of a document. A message or object without one is known by how it begins.
/// Held as 16 bytes of SHA-256, because a folder may have a million of them.
/// </summary>
internal readonly record struct ItemIdentity(UInt128 Value)
{
    /// <param name="name">File name, where the item has one.</param>
    /// <param name="head">The first bytes of the content, up to <see cref="MailFields.HeadLength"/>.</param>
    public static ItemIdentity Of(FolderKind kind, string name, ReadOnlySpan<byte> head)
    {
        string? text = kind switch
        {
            FolderKind.Mail => MailFields.Read(head, out _).Find("Message-ID"),
            FolderKind.Contacts or FolderKind.Calendar => Uid(head) ?? name,
            _ => name,
        };
        return new(string.IsNullOrWhiteSpace(text) ? Hash(head) : Hash(Encoding.UTF8.GetBytes(text)));
    }

    private static string? Uid(ReadOnlySpan<byte> head)
    {
        var lines = new ContentLines(head);
        while (lines.MoveNext())
        {
            if (lines.Is("UID"u8))
            {
                return lines.Value().Trim();
            }
        }

        return null;
    }

    private static UInt128 Hash(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(content, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
