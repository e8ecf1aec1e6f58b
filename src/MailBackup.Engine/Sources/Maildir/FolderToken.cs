using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir;

/// <summary>What is cheap to see of a folder and changes with its items.</summary>
internal static class FolderToken
{
    // File times are as coarse as the kernel's tick, some file systems' as coarse as two seconds: what changed so lately may change again
    // without showing it.
    private const long RacyNanoseconds = 2_000_000_000;

    /// <summary>
    /// Messages never change in place, they come, go and are renamed, which changes the times of <c>cur</c> and <c>new</c>. Null when one of
    /// the times is too young to be trusted.
    /// </summary>
    public static string? OfMail(FileStatus current, FileStatus? fresh, FileStatus? keywords, long now) =>
        IsRacy(current.Modified, now) || IsRacy(fresh?.Modified, now) || IsRacy(keywords?.Modified, now)
            ? null
            : string.Create(CultureInfo.InvariantCulture,
                $"m1.{current.Inode:x}.{current.Modified:x}.{fresh?.Inode:x}.{fresh?.Modified:x}.{keywords?.Inode:x}.{keywords?.Modified:x}");

    /// <summary>Contacts, appointments and documents may be rewritten in place, so each file counts.</summary>
    public static string? OfFiles(FileStatus directory, List<(string Name, FileStatus Status)> files, long now)
    {
        if (IsRacy(directory.Modified, now) || files.Exists(f => IsRacy(f.Status.Modified, now)))
        {
            return null;
        }

        files.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, status) in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"{name}\0{status.Modified:x}.{status.Size:x}.{status.Inode:x}\0")));
        }

        return string.Create(CultureInfo.InvariantCulture,
            $"f1.{directory.Inode:x}.{directory.Modified:x}.{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16))}");
    }

    /// <summary>A renamed directory keeps inode and birth time; a new one that gets the inode of a removed one has another birth time.</summary>
    public static string? Identity(FileStatus directory) =>
        directory.Inode == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{directory.Inode:x}-{directory.Birth:x}");

    public static long Nanoseconds(DateTimeOffset time) => (time.UtcTicks - DateTime.UnixEpoch.Ticks) * 100;

    private static bool IsRacy(long? modified, long now) => modified > now - RacyNanoseconds;
}
