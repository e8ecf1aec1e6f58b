using System.Management.Automation;

namespace MailBackup.Cmdlets.Output;

/// <summary>Objects of the engine, with the backup path that they came from and, where one list differs from another, a view of its own.</summary>
internal static class ItemObject
{
    public static PSObject Create(object value, string backupPath, string? view = null)
    {
        var result = PSObject.AsPSObject(value);
        result.Properties.Add(new PSNoteProperty(nameof(BackupCommand.BackupPath), backupPath), preValidated: true);
        return view is null ? result : WithView(result, view);
    }

    public static PSObject WithView(object value, string view)
    {
        var result = PSObject.AsPSObject(value);
        result.TypeNames.Insert(0, $"{result.BaseObject.GetType().FullName}#{view}");
        return result;
    }
}
