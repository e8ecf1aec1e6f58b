using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Maintenance;

/// <summary>Shows and changes, in the directory itself, which classes of service are backed up. The next scan acts on it.</summary>
internal static class CosSwitch
{
    /// <summary>By name. Errors: <c>DirectoryNotSet</c>, and those of reading the directory.</summary>
    public static async Task<IReadOnlyList<CosBackup>> ListAsync(IMailSource source, CancellationToken token)
    {
        var directory = await source.ReadProvisioningAsync(null, token).ConfigureAwait(false) ?? throw NoDirectory(source);
        var membership = new CosMembership(directory);
        var members = directory.Entries.Where(e => e.Kind == ProvisioningKind.Account).Select(membership.Of).OfType<ProvisioningEntry>()
            .GroupBy(c => c.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.Count(), StringComparer.OrdinalIgnoreCase);
        return [.. membership.Classes.OrderBy(c => c.Name, StringComparer.OrdinalIgnoreCase).Select(c => new CosBackup(
            c.Name, !CosMarker.IsIn(c.Attributes), members.GetValueOrDefault(c.Name),
            c.Attributes.TryGetValue(CosMarker.NotesAttribute, out var notes) ? string.Join('\n', notes) : ""))];
    }

    /// <summary>Errors: <c>DirectoryNotSet</c>, <c>CosNotFound</c>, <c>DirectoryNotWritable</c>, and those of reading the directory.</summary>
    /// <returns>False when it was so already.</returns>
    public static async Task<bool> SetAsync(IMailSource source, string cos, bool enabled, CancellationToken token)
    {
        var target = source.ProvisioningTarget ?? throw NoDirectory(source);
        return await target.SetAttributeAsync(
            ProvisioningKind.ClassOfService, cos, CosMarker.NotesAttribute, enabled ? CosMarker.Remove : CosMarker.Add, token).ConfigureAwait(false)
            ?? throw new MailBackupException(
                ErrorIds.CosNotFound, $"{target.Description} has no COS {cos}.", "See 'mailbackup cos' for the names that it has.", cos);
    }

    private static MailBackupException NoDirectory(IMailSource source) => new(
        ErrorIds.DirectoryNotSet,
        $"{source.Description} has no directory, so it has no classes of service.",
        "Add the LDIF file of its directory to the source of the backup path.",
        source.Description);
}
