using MailBackup.Sources;

namespace MailBackup.Tests.Sources.Maildir;

public class FolderListingTests
{
    [Fact]
    public async Task Folders_have_their_paths_in_Unicode_and_parents_come_first()
    {
        using var tree = MaildirTree.WithAlice();
        foreach (string name in (string[])[".Sent", ".Archive.2024", ".Archive", ".Archive!", ".Entw&APw-rfe", ".Grüße", ".bad&name", ".sla&AC8-sh", ".a&AC4-b"])
        {
            MaildirTree.MakeMailDirectory(tree.AliceMail + "/" + name);
        }

        Directory.CreateDirectory(tree.AliceMail + "/.notafolder");
        Directory.CreateDirectory(tree.AliceMail + "/plain/cur");
        tree.Mail(".file", "x");
        await using var source = tree.Open();
        var folders = await MaildirTree.Folders(source);
        Assert.Equal(
            [
                ("Archive", ".Archive"), ("Archive/2024", ".Archive.2024"), ("Archive!", ".Archive!"), ("Entwürfe", ".Entw&APw-rfe"), ("Grüße", ".Grüße"),
                ("INBOX", "."), ("Sent", ".Sent"), ("a.b", ".a&AC4-b"), ("bad&name", ".bad&name"), ("sla&AC8-sh", ".sla&AC8-sh"),
            ],
            folders.Select(f => (f.Path, f.Key)));
        Assert.All(folders, f => Assert.Equal(FolderKind.Mail, f.Kind));
    }

    [Fact]
    public async Task Paths_are_unique_and_the_well_written_name_wins()
    {
        using var tree = MaildirTree.WithAlice();
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.Grüße");
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.Gr&APwA3w-e");
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.INBOX");
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.Files");
        tree.Write("example.org/alice/Files/a", "x");
        await using var source = tree.Open();
        Assert.Equal(
            [("Files", "."), ("Files (2)", "Files"), ("Grüße", ".Gr&APwA3w-e"), ("Grüße (2)", ".Grüße"), ("INBOX", "."), ("INBOX (2)", ".INBOX")],
            (await MaildirTree.Folders(source)).Select(f => (f.Path, f.Path == "Files" ? "." : f.Key)));
    }

    [Fact]
    public async Task A_name_that_is_not_UTF8_is_kept_to_the_byte()
    {
        using var tree = MaildirTree.WithAlice();
        RawNames.MakeDirectory(tree.AliceMail + "/.Gr", [0xFC, 0xDF], "e");
        RawNames.MakeDirectory(tree.AliceMail + "/.Gr", [0xFC, 0xDF], "e/cur");
        RawNames.MakeFile(tree.AliceMail + "/.Gr", [0xFC, 0xDF], "e/cur/1:2,S", "Subject: latin\n\n"u8.ToArray());
        RawNames.MakeFile(tree.AliceMail + "/cur/h", [0xE9], ":2,S", "Subject: bytes\n\n"u8.ToArray());
        await using var source = tree.Open();
        string path = Assert.Single(await MaildirTree.Folders(source), f => f.Path != "INBOX").Path;
        Assert.Equal("Subject: latin\n\n", await MaildirTree.Read(source, Assert.Single(await MaildirTree.Items(source, path)), path));
        Assert.Equal("Subject: bytes\n\n", await MaildirTree.Read(source, Assert.Single(await MaildirTree.Items(source))));
    }

    [Theory]
    [InlineData("INBOX\nArchive.2024\nEntw&APw-rfe\n")]
    [InlineData("V\t2\n\nINBOX\nArchive\t2024\nEntw&APw-rfe\n")]
    [InlineData("INBOX\nArchive/2024\nEntwürfe\n")]
    public async Task Subscriptions_are_attributes(string subscriptions)
    {
        using var tree = MaildirTree.WithAlice();
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.Archive.2024");
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.Archive");
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.Entw&APw-rfe");
        tree.Mail("subscriptions", subscriptions);
        await using var source = tree.Open();
        var subscribed = (await MaildirTree.Folders(source)).Where(f => f.Attributes?["subscribed"] == "1").Select(f => f.Path);
        Assert.Equal(["Archive/2024", "Entwürfe", "INBOX"], subscribed);
    }

    [Fact]
    public async Task Links_are_followed_once_and_only_to_the_owners_directories()
    {
        using var tree = MaildirTree.WithAlice();
        tree.Mail("cur/1:2,S");
        Directory.CreateSymbolicLink(tree.AliceMail + "/.Loop", ".");
        Directory.CreateSymbolicLink(tree.AliceMail + "/.Self", ".Self");
        Directory.CreateSymbolicLink(tree.AliceMail + "/.Nowhere", "/nonexistent");
        MaildirTree.MakeMailDirectory(tree.Root + "/other-disk");
        Directory.CreateSymbolicLink(tree.AliceMail + "/.Linked", tree.Root + "/other-disk");
        await using var source = tree.Open("example.org/{user}/Maildir", "example.org");
        Assert.Equal(["INBOX", "Linked"], (await MaildirTree.Folders(source)).Select(f => f.Path));
    }

    [Fact]
    public async Task A_link_to_somebody_elses_mail_is_not_followed()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        using var tree = MaildirTree.WithAlice();
        MaildirTree.MakeMailDirectory(tree.Root + "/example.org/bob/Maildir");
        tree.Write("example.org/bob/Contacts/c/a.vcf", "x");
        foreach (string path in (string[])[tree.Root + "/example.org/bob", tree.AliceHome])
        {
            using var chown = System.Diagnostics.Process.Start("chown", ["-R", path == tree.AliceHome ? "5000" : "5001", path]);
            await chown.WaitForExitAsync();
        }

        Directory.CreateSymbolicLink(tree.AliceMail + "/.Bob", tree.Root + "/example.org/bob/Maildir");
        Directory.CreateSymbolicLink(tree.AliceHome + "/Contacts", tree.Root + "/example.org/bob/Contacts");
        await using var source = tree.Open();
        Assert.Equal("INBOX", Assert.Single(await MaildirTree.Folders(source)).Path);
        var error = await Assert.ThrowsAsync<MailBackupException>(async () => await source.RestoreTarget!.EnsureFolderAsync(
            MaildirTree.Alice, new RestoreFolder("Bob", FolderKind.Mail, null, null), default));
        Assert.Equal(ErrorIds.ItemRestoreFailed, error.ErrorId);
    }

    [Fact]
    public async Task Collections_and_documents_lie_beside_the_mail()
    {
        using var tree = MaildirTree.WithAlice();
        tree.Write("example.org/alice/Contacts/personal/a.vcf", "BEGIN:VCARD");
        tree.Write("example.org/alice/Contacts/personal/displayname", "Persönlich\n");
        tree.Write("example.org/alice/Contacts/personal/color", "#ff0000");
        tree.Write("example.org/alice/Contacts/personal/.hidden.vcf", "x");
        tree.Write("example.org/alice/Contacts/personal/a.vcf.tmp", "x");
        tree.Write("example.org/alice/Calendars/loose.ics", "BEGIN:VCALENDAR");
        Directory.CreateDirectory(tree.AliceHome + "/Calendars/empty");
        tree.Write("example.org/alice/Files/top.txt", "x");
        tree.Write("example.org/alice/Files/plans/.env", "x");
        tree.Write("example.org/alice/Files/plans/.DS_Store", "x");
        Directory.CreateSymbolicLink(tree.AliceHome + "/Files/plans/up", "..");
        File.CreateSymbolicLink(tree.AliceHome + "/Files/plans/passwd", "/etc/passwd");
        await using var source = tree.Open();
        var folders = await MaildirTree.Folders(source);
        Assert.Equal(
            [
                ("Calendars", FolderKind.Calendar), ("Calendars/empty", FolderKind.Calendar), ("Contacts/personal", FolderKind.Contacts),
                ("Files", FolderKind.Files), ("Files/plans", FolderKind.Files), ("INBOX", FolderKind.Mail),
            ],
            folders.Select(f => (f.Path, f.Kind)));
        Assert.Equal([("color", "#ff0000"), ("displayname", "Persönlich")], folders[2].Attributes!.Select(a => (a.Key, a.Value)));
        Assert.Equal("a.vcf", Assert.Single(await MaildirTree.Items(source, "Contacts/personal")).Key);
        Assert.Equal("loose.ics", Assert.Single(await MaildirTree.Items(source, "Calendars")).Key);
        Assert.Empty(await MaildirTree.Items(source, "Calendars/empty"));
        Assert.Equal(".env", Assert.Single(await MaildirTree.Items(source, "Files/plans")).Key);
        var document = Assert.Single(await MaildirTree.Items(source, "Files"));
        Assert.Equal("x", await MaildirTree.Read(source, document, "Files"));
        Assert.Equal(1, document.Size);
    }

    [Fact]
    public async Task A_renamed_folder_keeps_its_identity_and_a_new_one_has_its_own()
    {
        using var tree = MaildirTree.WithAlice();
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.Before");
        await using var source = tree.Open();
        string? before = (await MaildirTree.Folder(source, "Before")).Identity;
        Assert.NotNull(before);
        Directory.Move(tree.AliceMail + "/.Before", tree.AliceMail + "/.After");
        Assert.Equal(before, (await MaildirTree.Folder(source, "After")).Identity);
        MaildirTree.MakeMailDirectory(tree.AliceMail + "/.Before");
        Assert.NotEqual(before, (await MaildirTree.Folder(source, "Before")).Identity);
    }
}
