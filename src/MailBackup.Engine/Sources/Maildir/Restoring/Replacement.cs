using System.Globalization;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir.Restoring;

/// <summary>
/// Puts a finished file in the place of one of the server's, which may rename or replace its own at the same moment: a plain renaming would then make the
/// old name anew, and the message would be there twice.
/// </summary>
internal static class Replacement
{
    /// <param name="temporary">The finished file; on success it is gone.</param>
    /// <param name="old">The file of that name as it was seen last.</param>
    /// <param name="mayExchange">False goes the way of a file system that cannot exchange two names.</param>
    /// <returns>False when the server was faster: then what it has is as it left it.</returns>
    public static bool TryPlace(string directory, string temporary, string name, FileStatus old, bool mayExchange = true)
    {
        if (mayExchange && FileWrites.TryExchange(directory, temporary, name) is { } exchanged)
        {
            if (!exchanged)
            {
                return false;
            }

            if (FileStatus.TryGet(directory, temporary, out var taken, follow: false) && taken.Inode == old.Inode && taken.Modified == old.Modified)
            {
                FileWrites.Remove(directory, temporary);
                return true;
            }

            // Another file had come to bear the name: it gets it back, unless its name was given away a second time.
            if (FileWrites.TryExchange(directory, temporary, name) is not true)
            {
                FileWrites.TryMove(directory, temporary, name);
            }

            return false;
        }

        return TryPlacePinned(directory, temporary, name);
    }

    /// <summary>
    /// A second name is given to the old file first. If it still has as many names as then when the new file has its place, it was renamed in between, and the
    /// new one is taken back.
    /// </summary>
    private static bool TryPlacePinned(string directory, string temporary, string name)
    {
        string pin = string.Create(CultureInfo.InvariantCulture, $"{temporary}.old");
        switch (FileWrites.TryLink(directory, name, pin))
        {
            case false:
                return false;
            case null:
                // No second names either: the moment stays open.
                FileWrites.Replace(directory, temporary, name);
                return true;
        }

        try
        {
            FileStatus.TryGet(directory, pin, out var before, follow: false);
            FileWrites.Replace(directory, temporary, name);
            FileStatus.TryGet(directory, pin, out var after, follow: false);
            if (after.Links < before.Links)
            {
                return true;
            }

            FileWrites.Remove(directory, name);
            return false;
        }
        finally
        {
            FileWrites.Remove(directory, pin);
        }
    }
}
