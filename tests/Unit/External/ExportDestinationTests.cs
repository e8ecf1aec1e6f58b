using MailBackup.Exporting;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.External;

public sealed class ExportDestinationTests
{
    /// <summary>Each of them alone would fit.</summary>
    [MountFact]
    public async Task What_several_write_at_once_leaves_free_what_shall_stay_free()
    {
        using var folder = new TempFolder();
        Assert.True(MemoryFileSystem.TryMount(4, out var mount));
        using (mount)
        {
            const long keep = 2 << 20;
            var destination = ExportDestination.Open(new BackupLayout(folder["backup"]), Guid.NewGuid(), Path.Combine(mount.Path, "export"), keep);
            using var all = new CountdownEvent(4);
            var writers = Enumerable.Range(0, 4).Select(i => Task.Factory.StartNew(() => Write(destination, i, all), TaskCreationOptions.LongRunning)).ToList();
            var refused = (await Task.WhenAll(writers)).Count(full => full);
            Assert.InRange(refused, 1, 3);
            Assert.True(new DriveInfo(mount.Path).AvailableFreeSpace >= keep, $"{new DriveInfo(mount.Path).AvailableFreeSpace}");

            // What was promised to those that are done is there for others again.
            Assert.True(destination.Write(Path.Combine(destination.Layout.Root, "small"), new byte[1000]));
        }
    }

    /// <summary>The folder may come between a writer's attempt and its look at what went wrong.</summary>
    [Fact]
    public async Task Several_that_need_a_folder_at_once_make_it_together()
    {
        const int writers = 4, folders = 1000;
        using var folder = new TempFolder();
        var destination = ExportDestination.Open(new BackupLayout(folder["backup"]), Guid.NewGuid(), folder["export"], 0);
        using var all = new Barrier(writers);
        await Task.WhenAll(Enumerable.Range(0, writers).Select(i => Task.Factory.StartNew(
            () =>
            {
                try
                {
                    for (int n = 0; n < folders; n++)
                    {
                        Assert.True(all.SignalAndWait(TimeSpan.FromSeconds(60)));
                        destination.Write(Path.Combine(destination.Layout.Root, $"{n}", $"{i}"), "x"u8);
                    }
                }
                finally
                {
                    all.RemoveParticipant();
                }
            },
            TaskCreationOptions.LongRunning)));
        Assert.Equal(writers * folders, Directory.EnumerateFiles(destination.Layout.Root, "*", SearchOption.AllDirectories).Count());
    }

    /// <summary>A kill or a full device before its first file leaves a folder that the next export takes.</summary>
    [Fact]
    public void What_an_export_left_that_had_not_begun_does_not_block_its_folder()
    {
        using var folder = new TempFolder();
        var source = new BackupLayout(folder["backup"]);
        ExportDestination.Open(source, Guid.NewGuid(), folder["export"], 0);
        File.WriteAllText(Path.Combine(folder["export"], "backupstat.tmp"), "{");
        Directory.CreateDirectory(Path.Combine(folder["export"], "lost+found"));
        ExportDestination.Open(source, Guid.NewGuid(), folder["export"], 0);

        // Somebody else's folder of that name has something in it.
        string file = Path.Combine(folder["export"], ".partial", "file");
        File.WriteAllText(file, "x");
        var e = Assert.Throws<MailBackupException>(() => ExportDestination.Open(source, Guid.NewGuid(), folder["export"], 0));
        Assert.Equal(ErrorIds.DestinationInvalid, e.ErrorId);
        Assert.True(File.Exists(file));
    }

    /// <returns>Whether there was no room for it.</returns>
    private static bool Write(ExportDestination destination, int number, CountdownEvent all)
    {
        var bytes = new byte[800 << 10];
        try
        {
            destination.Write(Path.Combine(destination.Layout.Root, $"{number}"), bytes.Length, bytes, (file, content) =>
            {
                all.Signal();
                Assert.True(all.Wait(TimeSpan.FromSeconds(60)));
                RandomAccess.Write(file, content, 0);
            });
            return false;
        }
        catch (MailBackupException e) when (e.ErrorId == ErrorIds.DestinationFull)
        {
            all.Signal();
            return true;
        }
    }
}
