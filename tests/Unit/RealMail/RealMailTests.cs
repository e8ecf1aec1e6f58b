using System.Globalization;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.RealMail;

/// <summary>Real mails, laid out as a server's tree, through the whole life of a backup.</summary>
[Collection("Long tests, one after another")]
public class RealMailTests
{
    private static readonly string[] Accounts = ["ann@example.com", "bob@example.com", "carla@example.org", "dmitri@example.org"];
    private static readonly string[] Folders = ["", ".Sent", ".Archive.2002", ".Lists.linux", ".Junk"];

    [RealMailFact]
    public async Task Everything_is_kept_found_unchanged_changed_and_given_back()
    {
        using var f = new NodeFixture();
        var mails = Lay(f.Server, RealMailFactAttribute.Mails!);
        Assert.NotEmpty(mails);
        f.Server.Settle();

        var report = await f.ScanAsync();
        Assert.Equal(mails.Count + (Accounts.Length * (Folders.Length + 1)), report.Added);
        Assert.Equal(0, report.Errors);
        AssertEqual(f, mails);
        await f.AssertNothingChangedAsync();

        await ChangeAsync(f, mails);
        await f.AssertCoherentAsync();

        var before = f.Server.Snapshot();
        foreach (string domain in Directory.GetDirectories(f.Server.Root))
        {
            Directory.Delete(domain, recursive: true);
        }

        foreach (string account in Accounts)
        {
            var restored = await f.RestoreAsync(new RestoreRequest { Account = account });
            Assert.Equal(0, restored.Unrestored);
        }

        var after = f.Server.Snapshot();
        foreach (string marker in after.Keys.Where(k => Path.GetFileName(k) == "maildirfolder").ToList())
        {
            after.Remove(marker);
        }

        Assert.Equal(before, after);
        await f.AssertNothingChangedAsync();
        await f.AssertCoherentAsync();
    }

    /// <summary>Moves, flags and deletes some; exactly these are the changes.</summary>
    private static async Task ChangeAsync(NodeFixture f, Dictionary<string, string> mails)
    {
        var known = f.Items().ToDictionary(i => (i.Account, i.Id));
        var changed = mails.Values.Where((_, i) => i % 40 == 0).ToList();
        var (moved, flagged, deleted) = (0, 0, 0);
        for (int i = 0; i < changed.Count; i++)
        {
            string path = changed[i], name = Path.GetFileName(path);
            string target = path;
            switch (i % 3)
            {
                case 0:
                    string other = path.Contains("/.Junk/", StringComparison.Ordinal) ? "" : ".Junk";
                    string mailbox = path[..(path.IndexOf("/Maildir/", StringComparison.Ordinal) + 9)];
                    target = Path.Combine(mailbox, other, "cur", name);
                    File.Move(path, target);
                    moved++;
                    break;
                case 1:
                    target = path + "T";
                    File.Move(path, target);
                    flagged++;
                    break;
                default:
                    File.Delete(path);
                    deleted++;
                    break;
            }

            mails.Remove(name);
            if (File.Exists(target))
            {
                mails[Path.GetFileName(target)] = target;
            }
        }

        Assert.True(deleted > 0);
        Assert.Equal((0L, moved + flagged, (long)deleted), (await f.ScanAsync()).Changes());
        var now = f.Items(ItemSelection.All);
        Assert.Equal(known.Count, now.Count);
        Assert.Equal(moved, now.Count(i => i.Folder != known[(i.Account, i.Id)].Folder));
        Assert.Equal(flagged, now.Count(i => i.Flags != known[(i.Account, i.Id)].Flags));
        Assert.Equal(deleted, now.Count(i => i.Deleted));
        Assert.All(now, i => Assert.Equal(known[(i.Account, i.Id)].Digest, i.Digest));
        AssertEqual(f, mails);
        await f.AssertNothingChangedAsync();
    }

    private static void AssertEqual(NodeFixture f, Dictionary<string, string> mails)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (_, state, content) in f.Contents())
        {
            string name = Path.GetFileName(state.Key);
            Assert.True(seen.Add(name), $"{name} is there twice.");
            Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(mails[name])), $"{name} differs.");
            Assert.Equal(File.GetLastWriteTimeUtc(mails[name]), state.Date.UtcDateTime);
        }

        Assert.Equal(mails.Count, seen.Count);
    }

    /// <returns>Path by file name.</returns>
    private static Dictionary<string, string> Lay(MailServer server, string source)
    {
        var mails = new Dictionary<string, string>(StringComparer.Ordinal);
        string[] files = Directory.GetFiles(source, "*.txt", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        string[] flags = ["", "S", "RS", "FS"];
        for (int i = 0; i < files.Length; i++)
        {
            byte[] content = File.ReadAllBytes(files[i]);
            string folder = server.Folder(Accounts[i % Accounts.Length], Folders[i / Accounts.Length % Folders.Length]);
            string name = string.Create(CultureInfo.InvariantCulture, $"{1_030_000_000 + i}.M{i}P7.mx,S={content.Length}:2,{flags[i / 7 % flags.Length]}");
            string path = Path.Combine(folder, "cur", name);
            File.WriteAllBytes(path, content);
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddSeconds(1_030_000_000 + i));
            mails.Add(name, path);
        }

        return mails;
    }
}
