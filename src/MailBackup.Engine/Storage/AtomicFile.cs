namespace MailBackup.Storage;

/// <summary>Replaces small files whole: a reader sees the old content or the new, also after a crash.</summary>
internal static class AtomicFile
{
    /// <param name="sync">Durable, with its name, when the call returns. Not needed for what can be told again from journals.</param>
    public static void Write(IStoreFiles files, string path, ReadOnlySpan<byte> content, bool sync)
    {
        string folder = Path.GetDirectoryName(path)!;
        files.CreateFolder(folder);
        string temporary = path + ".tmp";
        using (var handle = files.Open(temporary, FileMode.Create))
        {
            files.Write(handle, content, 0);
            if (sync)
            {
                files.Sync(handle);
            }
        }

        files.Move(temporary, path);
        if (sync)
        {
            files.SyncFolder(folder);
        }
    }
}
