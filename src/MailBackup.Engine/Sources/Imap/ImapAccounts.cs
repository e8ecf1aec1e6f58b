using System.IO.Enumeration;
using MailBackup.Model;

namespace MailBackup.Sources.Imap;

/// <summary>Which accounts of the server are backed up: named one by one, chosen from the directory by wildcards, or all that the directory has.</summary>
internal sealed class ImapAccounts(string? configured, Func<string?, ProvisioningSnapshot?>? directory)
{
    /// <summary>Sorted by ordinal. Throws <c>SourceNotSet</c>, <c>SourceUnreadable</c>, and what reading the directory throws.</summary>
    public IReadOnlyList<string> List()
    {
        var wanted = Wanted();
        var accounts = new SortedSet<string>(wanted.Where(w => !IsWildcard(w)), StringComparer.Ordinal);
        var patterns = wanted.Where(IsWildcard).ToList();
        if (configured is { Length: > 0 } && patterns.Count == 0)
        {
            return [.. accounts];
        }

        if (directory is null)
        {
            throw new MailBackupException(
                ErrorIds.SourceNotSet,
                patterns.Count > 0 ? $"There is no directory to choose {patterns[0]} from." : "It is not said which accounts of the IMAP server are to be saved.",
                "Name them with --imap-accounts, or give a directory with --ldif.",
                configured);
        }

        foreach (var entry in directory(null)?.Entries.Where(e => e.Kind == ProvisioningKind.Account) ?? [])
        {
            if (patterns.Count == 0 || patterns.Exists(p => FileSystemName.MatchesSimpleExpression(p, entry.Name, ignoreCase: true)))
            {
                accounts.Add(entry.Name);
            }
        }

        return [.. accounts];
    }

    private List<string> Wanted()
    {
        if (configured is not ['@', .. var file])
        {
            return Split(configured ?? "");
        }

        try
        {
            var accounts = File.ReadLines(file).Select(l => l.Split('#')[0]).SelectMany(Split).ToList();
            return accounts.Count > 0 ? accounts : throw Unreadable(file, "names no account", null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, $"cannot be read: {e.Message}", e);
        }
    }

    private static List<string> Split(string text) =>
        [.. text.Split([',', ' ', ';', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static bool IsWildcard(string text) => text.AsSpan().ContainsAny('*', '?');

    // An empty list would flag every account deleted.
    private static MailBackupException Unreadable(string file, string problem, Exception? inner) => new(
        ErrorIds.SourceUnreadable, $"The list of accounts {file} {problem}.", "Write the addresses into it, one a line, then scan again.", file, inner);
}
