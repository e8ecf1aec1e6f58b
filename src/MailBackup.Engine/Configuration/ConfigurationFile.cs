using System.Text.Json;
using MailBackup.Storage;

namespace MailBackup.Configuration;

/// <summary>Reads and writes <c>config.json</c>.</summary>
internal static class ConfigurationFile
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Defaults when there is none. Throws <c>ConfigurationInvalid</c>.</summary>
    public static NodeConfiguration Read(BackupLayout layout)
    {
        try
        {
            var configuration = NodeConfigurationJson.Read(File.ReadAllBytes(layout.Configuration));
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

    /// <summary>
    /// Reads, changes and writes in one step. Whoever else changes the file at the same moment, in this process or another, waits for it, so that two changes of
    /// different settings are both there afterwards.
    /// </summary>
    /// <param name="change">Gets what the file says now. When it throws, or gives back the same, nothing is written.</param>
    /// <param name="patience">How long to wait for others; null: ten seconds.</param>
    /// <returns>What the file says afterwards.</returns>
    /// <exception cref="MailBackupException"><c>ConfigurationInvalid</c>; <c>BackupPathBusy</c>; what <see cref="StorageFault"/> makes of the disk.</exception>
    public static NodeConfiguration Update(BackupLayout layout, Func<NodeConfiguration, NodeConfiguration> change, TimeSpan? patience = null)
    {
        try
        {
            PrivateFiles.CreateDirectory(layout.State);
            using var held = WriterLock.TryAcquire(layout.ConfigurationLock, layout.Files, patience ?? Patience) ?? throw new MailBackupException(
                ErrorIds.BackupPathBusy,
                $"Another process keeps the configuration of {layout.Root} from being changed.",
                $"Try again; {layout.ConfigurationLock} holds its process id. Nothing was changed.",
                layout.Root);
            var old = Read(layout);
            var now = change(old);
            if (now != old)
            {
                AtomicFile.Write(layout.Files, layout.Configuration, NodeConfigurationJson.Write(now), sync: true);
            }

            return now;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFault.Translate(e, layout.Root);
        }
    }
}
