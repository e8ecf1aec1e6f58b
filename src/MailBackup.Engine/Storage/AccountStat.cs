using System.Text.Json;

namespace MailBackup.Storage;

/// <summary>
/// <c>account_stat</c>: what the last scan saw of an account. It saves work and holds no truth: without it (or with a torn one) the account is listed
/// again and everything else is told from the journals.
/// </summary>
public sealed record AccountStat
{
    public required string Name { get; init; }

    /// <summary>The directory's id of the account, where it has one.</summary>
    public string? DirectoryId { get; init; }

    /// <summary>True when the directory listed it at the last look.</summary>
    public bool InDirectory { get; init; }

    public bool Deleted { get; init; }

    public long NextItem { get; init; } = 1;

    /// <summary>End of the item journal at the last batch that was made durable.</summary>
    public JournalPosition Journal { get; init; } = JournalPosition.Start;

    public JournalPosition Info { get; init; } = JournalPosition.Start;

    /// <summary>What a scan that did not come to the account's end had changed of it; null after one that did.</summary>
    public MassChange? Unfinished { get; init; }

    public IReadOnlyList<FolderStat> Folders { get; init; } = [];

    /// <summary>Returns null when there is none, or none that can be read: also where the device or the system does not give it out.</summary>
    public static AccountStat? Read(BackupLayout layout, Guid account)
    {
        try
        {
            return AccountStatJson.Read(File.ReadAllBytes(layout.AccountStat(account)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public void Write(BackupLayout layout, Guid account)
    {
        AtomicFile.Write(layout.Files, layout.AccountStat(account), AccountStatJson.Write(this), sync: false);
        AccountChanges.Note(layout, account);
    }
}
