namespace MailBackup.Storage;

/// <summary>Replaces small files whole: a reader sees the old content or the new, also after a crash.</summary>
internal static class AtomicFile
{
    /// <param name="sync">Durable, with its name, when the call returns. Not needed for what can be told again from journals.</param>
    /// <param name="shared">
    /// Others may write it at the same moment: the temporary file has a name that nobody else takes. Else whoever comes after a crash writes over what was left.
    /// </param>
    public static void Write(IStoreFiles files, string path, ReadOnlySpan<byte> content, bool sync, bool shared = false)
    {
        string folder = Path.GetDirectoryName(path)!;
        files.CreateFolder(folder);
        string temporary = shared ? $"{path}.{Guid.NewGuid():N}.tmp" : TemporaryOf(path);
        try
        {
            using (var handle = files.Open(temporary, FileMode.Create))
            {
                files.Write(handle, content, 0);
                if (sync)
                {
                    files.Sync(handle);
                }
            }

            files.Move(temporary, path);
        }
        catch (Exception e) when (shared && e is IOException or UnauthorizedAccessException)
        {
            TryDelete(files, temporary);
            throw;
        }

        if (sync)
        {
            files.SyncFolder(folder);
        }
    }

    /// <summary>What a crash may leave of a file that is not shared.</summary>
    public static string TemporaryOf(string path) => path + ".tmp";

    private static void TryDelete(IStoreFiles files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A check finds it.
        }
    }
}
