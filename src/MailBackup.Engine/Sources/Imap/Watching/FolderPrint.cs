using System.Security.Cryptography;
using System.Text;

namespace MailBackup.Sources.Imap.Watching;

/// <summary>Everything that a listing of an account's folders says, as one number: equal prints of two looks mean that nothing has changed.</summary>
internal static class FolderPrint
{
    /// <summary>Null when the server cannot tell: then every look may be at a change.</summary>
    public static ulong? Of(IReadOnlyList<SourceFolder> folders)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var folder in folders)
        {
            if (folder.Token is null)
            {
                return null;
            }

            Add(folder.Key, folder.Path, folder.Identity, folder.Token);
            foreach (var (name, value) in folder.Attributes ?? new Dictionary<string, string>())
            {
                Add(name, value);
            }
        }

        return BitConverter.ToUInt64(hash.GetHashAndReset());

        void Add(params ReadOnlySpan<string?> parts)
        {
            foreach (string? part in parts)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(part ?? ""));
                hash.AppendData([0]);
            }
        }
    }
}
