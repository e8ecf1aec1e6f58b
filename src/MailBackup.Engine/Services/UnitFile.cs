namespace MailBackup.Services;

/// <summary>Writes the systemd unit of the service to where systemd looks for it.</summary>
public static class UnitFile
{
    /// <param name="unit">What to write.</param>
    /// <param name="replace">Also over a unit of that name that says something else.</param>
    /// <param name="folder">Null: where units of the administrator lie.</param>
    /// <exception cref="MailBackupException"><c>ServiceUnitExists</c>, <c>DestinationInvalid</c>, <c>ArgumentInvalid</c>.</exception>
    public static void Write(ServiceUnit unit, bool replace, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(unit);
        if (unit.Name.Length == 0 || !unit.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '@'))
        {
            throw new MailBackupException(ErrorIds.ArgumentInvalid, $"'{unit.Name}' is no name for a unit.", "Use letters, digits, '-' and '_'.", unit.Name);
        }

        string path = folder is null ? unit.Path : Path.Combine(folder, Path.GetFileName(unit.Path));
        string text = unit.ToText();
        try
        {
            if (File.Exists(path) && !replace && File.ReadAllText(path) != text)
            {
                throw new MailBackupException(
                    ErrorIds.ServiceUnitExists, $"There is a unit {path} already, and it says something else.", "Give --name for another, or --force to replace it.", path);
            }

            File.WriteAllText(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MailBackupException(
                ErrorIds.DestinationInvalid, $"{path} cannot be written: {e.Message}", "Units are written by root; or take what --dry-run shows.", path, e);
        }
    }
}
