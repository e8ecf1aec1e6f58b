namespace MailBackup.Operations;

/// <summary>A list of accounts in a file: one address a line; empty lines and those that begin with <c>#</c> are passed over.</summary>
public static class AccountFile
{
    /// <summary>Throws <c>ArgumentInvalid</c> when it cannot be read or names nobody. Null gives an empty list.</summary>
    public static IReadOnlyList<string> Read(string? path)
    {
        if (path is null)
        {
            return [];
        }

        List<string> accounts;
        try
        {
            accounts = [.. File.ReadLines(path).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#')];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, $"{path} cannot be read: {e.Message}", "Give a file with one address a line.", path, e);
        }

        // An empty list would mean all accounts.
        return accounts.Count > 0
            ? accounts
            : throw new MailBackupException(ErrorIds.ArgumentInvalid, $"{path} names no account.", "Give a file with one address a line.", path);
    }
}
