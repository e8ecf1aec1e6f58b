using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Comparing;

public class ComparisonTests
{
    private const string Ann = "ann@example.com";

    [Fact]
    public async Task Added_changed_moved_and_deleted_items_are_told_apart()
    {
        using var f = new NodeFixture();
        string same = f.Server.Deliver(Ann, subject: "same"), flagged = f.Server.Deliver(Ann, subject: "flagged"), moved = f.Server.Deliver(Ann, subject: "moved");
        string gone = f.Server.Deliver(Ann, subject: "gone");
        f.Server.Folder(Ann, ".Other");
        await f.ScanAsync();
        var at = DateTimeOffset.UtcNow;
        await Task.Delay(20);
        File.Move(flagged, flagged + "F");
        File.Move(moved, Path.Combine(f.Server.Folder(Ann, ".Other"), "cur", Path.GetFileName(moved)));
        File.Delete(gone);
        f.Server.Deliver(Ann, subject: "new");
        await f.ScanAsync();

        var changes = f.Node.Compare(Ann, at).ToDictionary(c => c.Subject, c => (c.Change, string.Join(',', c.Differences), c.At));
        Assert.Equal(4, changes.Count);
        Assert.Equal((ItemChangeKind.Changed, "flags", at), changes["flagged"]);
        Assert.Equal((ItemChangeKind.Moved, "folder", at), changes["moved"]);
        Assert.Equal((ItemChangeKind.Deleted, "", at), changes["gone"]);
        Assert.Equal((ItemChangeKind.Added, "", null), changes["new"]);
        Assert.True(File.Exists(same));
        Assert.Equal(["INBOX"], f.Node.Compare(Ann, at).Where(c => c.Change == ItemChangeKind.Moved).Select(c => c.Folder));
        Assert.Equal(["Other"], f.Node.Compare(Ann, at).Where(c => c.Change == ItemChangeKind.Moved).Select(c => c.After!.Folder));

        // What was deleted is restored as it was then.
        var deleted = f.Node.Compare(Ann, at).Single(c => c.Change == ItemChangeKind.Deleted);
        await f.RestoreAsync(new RestoreRequest { Account = Ann, Items = [deleted.Id.Value], At = deleted.At });
        Assert.True(File.Exists(gone));
    }

    [Fact]
    public async Task A_renamed_folder_is_one_move()
    {
        using var f = new NodeFixture();
        f.Server.Folder(Ann);
        f.Server.Deliver(Ann, ".Old");
        f.Server.Deliver(Ann, ".Old");
        await f.ScanAsync();
        var at = DateTimeOffset.UtcNow;
        await Task.Delay(20);
        string folder = f.Server.Folder(Ann, ".Old");
        Directory.Move(folder, folder.Replace(".Old", ".New", StringComparison.Ordinal));
        await f.ScanAsync();
        var change = Assert.Single(f.Node.Compare(Ann, at));
        Assert.Equal((ItemType.Folder, ItemChangeKind.Moved, "Old", "New"), (change.Type, change.Change, change.Folder, change.After!.Folder));
    }

    [Fact]
    public async Task Any_two_moments_differ_as_their_two_lists_do()
    {
        using var f = new NodeFixture();
        var random = new Random(7);
        string[] folders = ["", ".A", ".A.B", ".C"];
        var files = new List<string>();
        var moments = new List<DateTimeOffset>();
        foreach (string folder in folders)
        {
            f.Server.Folder(Ann, folder);
        }

        for (int round = 0; round < 6; round++)
        {
            for (int i = 0; i < 12; i++)
            {
                int n = files.Count == 0 ? 0 : random.Next(files.Count);
                switch (files.Count < 5 ? 0 : random.Next(4))
                {
                    case 0:
                        files.Add(f.Server.Deliver(Ann, folders[random.Next(4)], "S"));
                        break;
                    case 1:
                        File.Delete(files[n]);
                        files.RemoveAt(n);
                        break;
                    case 2:
                        string target = Path.Combine(f.Server.Folder(Ann, folders[random.Next(4)]), "cur", Path.GetFileName(files[n]));
                        File.Move(files[n], target);
                        files[n] = target;
                        break;
                    default:
                        string renamed = files[n][..(files[n].LastIndexOf(',') + 1)] + (files[n].EndsWith('S') ? "FRST"[..random.Next(3)] : "S");
                        File.Move(files[n], renamed);
                        files[n] = renamed;
                        break;
                }
            }

            await f.ScanAsync();
            moments.Add(DateTimeOffset.UtcNow);
            await Task.Delay(20);
        }

        foreach (var at in moments)
        {
            foreach (var with in moments.Where(m => m > at))
            {
                Assert.Equal(Difference(f, at, with), f.Node.Compare(Ann, at, with).Select(c => $"{c.Id} {c.Change} {c.Folder} {c.After?.Folder} {c.After?.Flags}").Order());
            }
        }

        Assert.Equal(ErrorIds.ArgumentInvalid, Assert.Throws<MailBackupException>(() => f.Node.Compare(Ann, moments[1], moments[0])).ErrorId);
        Assert.Equal(ErrorIds.AccountNotFound, Assert.Throws<MailBackupException>(() => f.Node.Compare("nobody@example.com", moments[0]).ToList()).ErrorId);
    }

    private static IEnumerable<string> Difference(NodeFixture f, DateTimeOffset at, DateTimeOffset with)
    {
        var before = f.Node.GetItems(new ItemQuery { Accounts = [Ann], At = at }).ToDictionary(i => i.Id);
        var after = f.Node.GetItems(new ItemQuery { Accounts = [Ann], At = with }).ToDictionary(i => i.Id);
        return before.Keys.Union(after.Keys).Select(id =>
        {
            var (was, now) = (before.GetValueOrDefault(id), after.GetValueOrDefault(id));
            return was is null ? $"{id} Added {now!.Folder} {now.Folder} {now.Flags}"
                : now is null ? $"{id} Deleted {was.Folder}  "
                : was.Folder != now.Folder ? $"{id} Moved {was.Folder} {now.Folder} {now.Flags}"
                : was.Flags != now.Flags || was.Digest != now.Digest ? $"{id} Changed {was.Folder} {now.Folder} {now.Flags}" : "";
        }).Where(t => t.Length > 0).Order().ToList();
    }
}
