namespace MailBackup.Storage;

/// <summary>Replaces small files whole: a reader sees the old content or the new, also after a crash.</summary>
internal static class AtomicFile
{
    /// <param name="sync">Make the content durable before it takes the place of the old. Not needed for what can be told again from journals.</param>
    public static void Write(string path, ReadOnlySpan<byte> content, bool sync)
    {
        PrivateFiles.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = path + ".tmp";
        using (var handle = PrivateFiles.Open(temporary, FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            RandomAccess.Write(handle, content, 0);
            if (sync)
            {
                RandomAccess.FlushToDisk(handle);
            }
        }

        File.Move(temporary, path, overwrite: true);
    }
}
