using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MailBackup.Maintenance.Anchoring;

/// <summary>
/// The heads of all journals at one moment, to be kept where whoever can write the backup path cannot write. Later it shows whether anything that the backup
/// then held was taken away or changed.
/// </summary>
public sealed record BackupAnchor
{
    public required Guid ServerId { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>By name.</summary>
    public required IReadOnlyList<JournalAnchor> Journals { get; init; }

    /// <summary>SHA-256 over everything in the anchor, as base64url: one line to print or to mail instead of the file.</summary>
    public string Root
    {
        get
        {
            var text = new StringBuilder();
            text.Append(CultureInfo.InvariantCulture, $"{ServerId:D} {Created.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}\n");
            foreach (var journal in Journals)
            {
                text.Append(CultureInfo.InvariantCulture, $"{journal.Name} {journal.Transactions} {journal.Check} {journal.Removed}\n");
            }

            return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
        }
    }
}
