using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Scanning;

/// <summary>The accounts that a scan leaves out because their class of service is disabled for backup.</summary>
internal sealed class CosExclusion
{
    public static readonly CosExclusion None = new();

    private readonly Dictionary<string, string> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _byId = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedDictionary<string, (int Members, int Deleted)> _counts = new(StringComparer.OrdinalIgnoreCase);

    private CosExclusion()
    {
    }

    public static CosExclusion Of(ProvisioningSnapshot? directory)
    {
        if (directory is null || !directory.Entries.Any(e => e.Kind == ProvisioningKind.ClassOfService && CosMarker.IsIn(e.Attributes)))
        {
            return None;
        }

        var exclusion = new CosExclusion();
        var membership = new CosMembership(directory);
        foreach (var account in directory.Entries.Where(e => e.Kind == ProvisioningKind.Account))
        {
            if (membership.Of(account) is { } cos && CosMarker.IsIn(cos.Attributes))
            {
                exclusion.Add(account, cos.Name);
            }
        }

        return exclusion;
    }

    /// <summary>The disabled COS that the account belongs to, or null when the account is backed up.</summary>
    /// <param name="name">Address.</param>
    /// <param name="directoryId">Finds an account that was renamed while it was left out.</param>
    public string? CosOf(string name, string? directoryId) =>
        _byName.GetValueOrDefault(name) ?? (directoryId is not null ? _byId.GetValueOrDefault(directoryId) : null);

    /// <summary>An account that the backup had is flagged deleted for this.</summary>
    public void CountDeleted(string cos) => _counts[cos] = (_counts[cos].Members, _counts[cos].Deleted + 1);

    /// <summary>One sentence a COS, so that nobody wonders where its accounts are.</summary>
    public IEnumerable<string> Describe() => _counts.Select(c => FormattableString.Invariant(
        $"COS '{c.Key}' is disabled for backup: {c.Value.Members:N0} account{(c.Value.Members == 1 ? " is" : "s are")} left out, {c.Value.Deleted:N0} of them flagged deleted by this scan."));

    private void Add(ProvisioningEntry account, string cos)
    {
        _byName[account.Name] = cos;
        if (account.Id is { } id)
        {
            _byId[id] = cos;
        }

        _counts[cos] = (_counts.GetValueOrDefault(cos).Members + 1, 0);
    }
}
