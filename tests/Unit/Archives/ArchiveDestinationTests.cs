using MailBackup.Archives;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Archives;

public sealed class ArchiveDestinationTests : IDisposable
{
    private const string Ann = "ann@example.com";

    private readonly TempFolder _folder = new();

    private string Place => ArchiveDestination.PathOf(_folder["out"], Ann, ArchiveFormat.Maildir);

    /// <summary>Of a process that was killed between moving the earlier archive away and giving its name to the new one.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_earlier_archive_comes_back_when_a_killed_export_left_its_name_free(bool force)
    {
        Make(Place + ".4194305.mailbackup-part.old", "earlier");
        Make(Place + ".4194305.mailbackup-part", "unpublished");
        if (force)
        {
            var destination = new ArchiveDestination(_folder["out"], Ann, ArchiveFormat.Maildir, force);
            Make(destination.Part, "newer");
            Assert.Equal("earlier", Content());
            destination.Publish();
            Assert.Equal("newer", Content());
        }
        else
        {
            Assert.Equal(ErrorIds.ArchiveExists, Assert.Throws<MailBackupException>(() => new ArchiveDestination(_folder["out"], Ann, ArchiveFormat.Maildir, force)).ErrorId);
            Assert.Equal("earlier", Content());
        }
    }

    [Fact]
    public void What_a_killed_export_had_replaced_goes_with_the_next()
    {
        Make(Place, "newer");
        Make(Place + ".4194305.mailbackup-part.old", "earlier");
        _ = new ArchiveDestination(_folder["out"], Ann, ArchiveFormat.Maildir, force: true);
        Assert.Equal("newer", Content());
        Assert.Equal([Place], Directory.GetFileSystemEntries(_folder["out"]));
    }

    [Fact]
    public void What_a_running_export_has_moved_away_stays_its_own()
    {
        Make(Place + ".1.mailbackup-part.old", "earlier");
        _ = new ArchiveDestination(_folder["out"], Ann, ArchiveFormat.Maildir, force: true);
        Assert.False(Directory.Exists(Place));
        Assert.True(Directory.Exists(Place + ".1.mailbackup-part.old"));
    }

    public void Dispose() => _folder.Dispose();

    private static void Make(string folder, string content)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "mailbackup-archive.jsonl"), content);
    }

    private string Content() => File.ReadAllText(Path.Combine(Place, "mailbackup-archive.jsonl"));
}
