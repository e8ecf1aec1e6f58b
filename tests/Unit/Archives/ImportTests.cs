using System.IO.Compression;
using System.Text;
using MailBackup.Archives;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Tests.Archives;

/// <summary>What an import does to what is there already, and what archives of strangers can do to it.</summary>
public class ImportTests
{
    private const string Target = ArchiveServer.Empty;

    [Fact]
    public async Task Skip_leaves_and_modify_takes_over_flags_and_dates()
    {
        using var s = new ArchiveServer();
        await s.Node.ScanAsync();
        string zip = await s.ExportAsync(ArchiveFormat.Zip);
        var before = await s.SeeAsync(ArchiveServer.Alice);
        string inbox = Path.Combine(s.Mail.Folder(ArchiveServer.Alice), "cur");
        string file = Directory.GetFiles(inbox, "*:2,FSa")[0];
        File.Move(file, file.Replace(":2,FSa", ":2,", StringComparison.Ordinal));
        var changed = await s.SeeAsync(ArchiveServer.Alice);

        var skipped = await s.ImportAsync(zip, ArchiveServer.Alice);
        Assert.Equal((0L, 0L), (skipped.Restored, skipped.Updated));
        Assert.Equal(changed, await s.SeeAsync(ArchiveServer.Alice));

        var modified = await s.ImportAsync(zip, ArchiveServer.Alice, ImportResolve.Modify);
        Assert.Equal((0L, 1L, 0L), (modified.Restored, modified.Updated, modified.Deleted));
        Assert.Equal(before, await s.SeeAsync(ArchiveServer.Alice));
    }

    [Fact]
    public async Task Replace_puts_the_archives_content_back_and_what_it_replaces_is_in_the_backup()
    {
        using var s = new ArchiveServer(sample: false);
        string mail = s.Mail.Deliver(ArchiveServer.Alice, content: Mail("<1@x>", "old"));
        string card = Path.Combine(s.Mail.Root, "example.com", "alice", "Contacts", "own", "a.vcf");
        Directory.CreateDirectory(Path.GetDirectoryName(card)!);
        File.WriteAllText(card, "BEGIN:VCARD\r\nUID:7\r\nFN:Old\r\nEND:VCARD\r\n");
        await s.Node.ScanAsync();
        var before = await s.SeeAsync(ArchiveServer.Alice);
        string zip = await s.ExportAsync(ArchiveFormat.Zip);
        File.Delete(mail);
        s.Mail.Deliver(ArchiveServer.Alice, content: Mail("<1@x>", "new and longer"));
        File.WriteAllText(card, "BEGIN:VCARD\r\nUID:7\r\nFN:Newer\r\nEND:VCARD\r\n");

        var preview = await s.Node.Node.PreviewImportAsync(Request(zip, ImportResolve.Replace), default);
        Assert.Equal((2L, 0L, 2L), (preview.Items, preview.Added, preview.Updated));
        var report = await s.ImportAsync(zip, ArchiveServer.Alice, ImportResolve.Replace);
        Assert.Equal(2, report.Updated);
        Assert.Equal(before, await s.SeeAsync(ArchiveServer.Alice));
        Assert.Contains(s.Node.Items(ItemSelection.All), i => Encoding.ASCII.GetString(s.Node.Content(i)).Contains("new and longer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reset_empties_first_and_everything_removed_can_be_had_back()
    {
        using var s = new ArchiveServer();
        await s.Node.ScanAsync();
        string zip = await s.ExportAsync(ArchiveFormat.Zip);
        var before = await s.SeeAsync(ArchiveServer.Alice);
        string late = s.Mail.Deliver(ArchiveServer.Alice, subject: "came later");
        var preview = await s.Node.Node.PreviewImportAsync(Request(zip, ImportResolve.Reset), default);
        Assert.Equal(preview.Items + 1, preview.Removed);

        var report = await s.ImportAsync(zip, ArchiveServer.Alice, ImportResolve.Reset);
        Assert.Equal(preview.Removed, report.Deleted);
        Assert.False(File.Exists(late));
        Assert.Equal(before, await s.SeeAsync(ArchiveServer.Alice));
        var lost = Assert.Single(s.Node.Items(ItemSelection.All), i => i.Subject == "came later");
        Assert.Contains("came later", Encoding.UTF8.GetString(s.Node.Content(lost)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_backup_does_not_hold_is_not_removed()
    {
        using var s = new ArchiveServer(sample: false);
        string kept = s.Mail.Deliver(ArchiveServer.Alice, body: new string('k', 3000));
        await s.Node.ScanAsync();
        string zip = await s.ExportAsync(ArchiveFormat.Zip);
        string bundle = Directory.GetFiles(Path.Combine(s.Node.BackupPath, "items"), "*.gz", SearchOption.AllDirectories)[0];
        byte[] bytes = File.ReadAllBytes(bundle);
        bytes[^20] ^= 0x55;
        File.WriteAllBytes(bundle, bytes);

        var ended = await s.TryImportAsync(zip, ArchiveServer.Alice, ImportResolve.Reset);
        Assert.Equal(OperationState.CompletedWithErrors, ended.State);
        Assert.Equal((0L, ErrorIds.ItemNotInBackup), (ended.Report!.Deleted, Assert.Single(ended.Report.Troubles).ErrorId));
        Assert.True(File.Exists(kept));
    }

    [Fact]
    public async Task A_folder_to_import_into_takes_everything_and_is_all_that_a_reset_empties()
    {
        using var s = new ArchiveServer();
        await s.Node.ScanAsync();
        string zip = await s.ExportAsync(ArchiveFormat.Zip, "bob@example.com");
        var own = await s.SeeAsync(ArchiveServer.Alice);
        var first = await s.ImportAsync(zip, ArchiveServer.Alice, folder: "From Bob");
        Assert.True(first.Restored > 7);
        var both = await s.SeeAsync(ArchiveServer.Alice);
        Assert.Empty(own.Except(both));
        Assert.Contains(both, l => l.StartsWith("From Bob/Archive/2024: ", StringComparison.Ordinal));
        Assert.Contains(both, l => l.StartsWith("Contacts/From Bob.phone: ", StringComparison.Ordinal));
        var reset = await s.ImportAsync(zip, ArchiveServer.Alice, ImportResolve.Reset, "From Bob");
        Assert.Equal(8, reset.Deleted);
        Assert.Equal(both, await s.SeeAsync(ArchiveServer.Alice));
    }

    [Fact]
    public async Task Names_in_a_zip_file_lead_nowhere_outside()
    {
        using var s = new ArchiveServer(sample: false);
        string zip = s["bad.zip"];
        using (var archive = ZipFile.Open(zip, ZipArchiveMode.Create))
        {
            foreach (string name in (string[])["../../../evil.eml", "/etc/evil.eml", "..\\..\\evil.eml", "a/../../evil.vcf", "C:/evil.ics", "good/ok.eml", "tool.exe"])
            {
                using var stream = archive.CreateEntry(name).Open();
                stream.Write(Mail($"<{name.Length}@x>", name));
            }
        }

        var outside = Directory.GetFileSystemEntries(s.Mail.Root, "*", SearchOption.AllDirectories).Where(e => !e.Contains("/empty/", StringComparison.Ordinal)).ToList();
        var ended = await s.TryImportAsync(zip);
        Assert.Contains(await s.SeeAsync(Target), l => l.StartsWith("good: ", StringComparison.Ordinal));
        Assert.Contains(ended.Report!.Warnings, w => w.StartsWith("1 files", StringComparison.Ordinal));
        Assert.Equal(outside, Directory.GetFileSystemEntries(s.Mail.Root, "*", SearchOption.AllDirectories).Where(e => !e.Contains("/empty/", StringComparison.Ordinal)));
        Assert.False(Path.Exists(s["evil.eml"]));
    }

    [Fact]
    public async Task Broken_archives_are_errors_that_say_so_and_a_broken_item_costs_itself()
    {
        using var s = new ArchiveServer(sample: false);
        for (int i = 0; i < 3; i++)
        {
            s.Mail.Deliver(ArchiveServer.Alice, body: Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4000)));
        }

        await s.Node.ScanAsync();
        byte[] zip = File.ReadAllBytes(await s.ExportAsync(ArchiveFormat.Zip));
        byte[] damaged = [.. zip];
        damaged[2000] ^= 0x10;
        File.WriteAllBytes(s["damaged.zip"], damaged);
        File.WriteAllBytes(s["cut.zip"], zip[..^100]);
        File.WriteAllText(s["none.txt"], "hello");
        Directory.CreateDirectory(s["nothing"]);
        foreach (var (name, id) in new[] { ("cut.zip", ErrorIds.ArchiveInvalid), ("none.txt", ErrorIds.ArchiveInvalid), ("nothing", ErrorIds.ArchiveInvalid), ("absent", ErrorIds.ArchiveNotFound) })
        {
            var failed = await s.TryImportAsync(s[name]);
            Assert.Equal((OperationState.Failed, id), (failed.State, failed.ErrorId));
        }

        var ended = await s.TryImportAsync(s["damaged.zip"]);
        Assert.Equal((OperationState.CompletedWithErrors, 1L), (ended.State, ended.Report!.Unrestored));
        Assert.Equal(2, (await s.SeeAsync(Target)).Count(l => l.StartsWith("INBOX: ", StringComparison.Ordinal)));

        string mbox = Path.Combine(await s.ExportAsync(ArchiveFormat.Mbox), "Mail", "INBOX.mbox");
        File.WriteAllBytes(mbox, File.ReadAllBytes(mbox)[..6000]);
        var cut = await s.TryImportAsync(Path.GetDirectoryName(Path.GetDirectoryName(mbox))!, "empty@example.com", folder: "Cut");
        Assert.Equal(OperationState.CompletedWithErrors, cut.State);
        Assert.Equal(ErrorIds.ArchiveItemInvalid, cut.Report!.Troubles[0].ErrorId);
    }

    [Fact]
    public async Task Mbox_files_of_other_makers_are_read()
    {
        using var s = new ArchiveServer(sample: false);
        File.WriteAllText(s["Inbox"], "From a@x Thu May  2 09:30:02 2024\nMessage-ID: <1@x>\nStatus: RO\nX-Status: F\nX-Keywords: todo\n\n>From here\n\nFrom b@x Fri May  3 09:30:02 2024\nMessage-ID: <2@x>\n\nsecond\n");
        File.WriteAllText(s["cl.mbox"], "From a@x Thu May  2 09:30:02 2024\nContent-Length: 20\n\nx\n\nFrom not a start\n\nFrom b@x Fri May  3 09:30:02 2024\nContent-Length: 2\n\ny\n\n");
        Assert.Equal(3, (await s.ImportAsync(s["cl.mbox"])).Restored); // with its folder
        Assert.Equal(2, (await s.ImportAsync(s["Inbox"])).Restored);
        var seen = await s.SeeAsync(Target);
        Assert.Equal(2, seen.Count(l => l.StartsWith("cl: ", StringComparison.Ordinal)));
        string first = "Message-ID: <1@x>\n\nFrom here\n";
        Assert.Contains(seen, l => l == $"INBOX: {Model.Digest.Of(Encoding.ASCII.GetBytes(first))} FS todo 2024-05-02T09:30:02.0000000+00:00");
    }

    [Fact]
    public async Task An_archive_never_stands_half_under_its_name_and_is_not_written_over()
    {
        using var s = new ArchiveServer();
        await s.Node.ScanAsync();
        foreach (var format in Enum.GetValues<ArchiveFormat>())
        {
            string path = await s.ExportAsync(format);
            var again = await s.Node.RunAsync(new ExportAccountRequest { Account = ArchiveServer.Alice, Destination = s.Archives, Format = format });
            Assert.Equal(ErrorIds.ArchiveExists, again.ErrorId);
            await s.ExportAsync(format, force: true);
            Assert.True(Path.Exists(path));
        }

        Assert.Equal(3, Directory.GetFileSystemEntries(s.Archives).Length);
        Directory.CreateDirectory(Path.Combine(s["other"], ArchiveServer.Alice, "holiday"));
        var foreign = await s.Node.RunAsync(new ExportAccountRequest { Account = ArchiveServer.Alice, Destination = s["other"], Format = ArchiveFormat.Maildir, Force = true });
        Assert.Equal(ErrorIds.ArchiveExists, foreign.ErrorId);
        Assert.True(Directory.Exists(Path.Combine(s["other"], ArchiveServer.Alice, "holiday")));
    }

    private static byte[] Mail(string id, string body) => Encoding.ASCII.GetBytes($"Message-ID: {id}\r\nSubject: {body}\r\n\r\n{body}\r\n");

    private static ImportAccountRequest Request(string path, ImportResolve resolve) => new() { Account = ArchiveServer.Alice, Path = path, Resolve = resolve };
}
