using System.Text.Json;
using MailBackup.Storage;

namespace MailBackup.Configuration;

/// <summary>Reads and writes <c>config.json</c>.</summary>
internal static class ConfigurationFile
{
    /// <summary>Defaults when there is none. Throws <c>ConfigurationInvalid</c>.</summary>
    public static NodeConfiguration Read(BackupLayout layout)
    {
        try
        {
            var configuration = StorageJson.ReadConfiguration(File.ReadAllBytes(layout.Configuration));
            configuration.Validate();
            return configuration;
        }
        catch (FileNotFoundException)
        {
            return new();
        }
        catch (Exception e) when (e is JsonException or MailBackupException)
        {
            throw new MailBackupException(
                ErrorIds.ConfigurationInvalid,
                $"{layout.Configuration} is not valid: {e.Message}",
                "Correct the file, or delete it to begin with the defaults.",
                layout.Configuration,
                e);
        }
    }

    public static void Write(BackupLayout layout, NodeConfiguration configuration)
    {
        try
        {
            AtomicFile.Write(layout.Files, layout.Configuration, StorageJson.Write(configuration), sync: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFault.Translate(e, layout.Root);
        }
    }
}
