using System.Text;
using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Sources;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class LdifDirectoryTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _path;

    public LdifDirectoryTests() => _path = _folder["directory.ldif"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\n", "\n")]
    [InlineData("\n", "\n\n")]
    [InlineData("\r\n", "\r\n")]
    public async Task What_was_there_stays_byte_for_byte_and_what_is_added_reads_back_as_it_was(string lineEnd, string end)
    {
        byte[] before = Encoding.UTF8.GetBytes(new LdifText().Account(1, "ann@example.com").ToString().TrimEnd('\n').Replace("\n", lineEnd, StringComparison.Ordinal) + end);
        File.WriteAllBytes(_path, before);
        File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var entry = Account("bob@example.com", 2, attributes =>
        {
            attributes["description"] = [" leading", ":colon", "<less", "trailing ", "two\nlines", "Grüße", new string('x', 300), "plain", ""];
            attributes["jpegPhoto"] = ["base64:" + Convert.ToBase64String([0, 1, 2, 255])];
            attributes["entry:zimbraSignatureName=Work\\, at sea"] = ["objectClass: zimbraSignature", "zimbraPrefMailSignature: Bob\nHarbour", "zimbraSignatureName: Work"];
        });
        using var directory = new LdifDirectory(_path);

        Assert.Equal([new ProvisioningResult(true)], await directory.AddAsync([entry], default));
        byte[] now = File.ReadAllBytes(_path);
        Assert.Equal(before, now[..before.Length]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(_path));
        Assert.All(Encoding.UTF8.GetString(now[before.Length..]).Split('\n'), line => Assert.InRange(line.TrimEnd('\r').Length, 0, 76));
        Assert.Equal(2, new LdifProvisioning(_path).Read(null)!.Entries.Count);
        var back = (await directory.FindAsync(ProvisioningKind.Account, "BOB@example.com", default))!;
        Assert.Equal(entry.Id, back.Id);
        Assert.Equal(entry.Attributes.Select(Text), back.Attributes.Select(Text));
        Assert.Empty(Directory.GetFiles(_folder.Path, ".*"));
    }

    /// <summary>An exporter is at work, or its disk was full: whoever added a line would make half a file look like a whole one.</summary>
    [Fact]
    public async Task A_file_that_ends_within_a_line_is_not_added_to()
    {
        File.WriteAllText(_path, new LdifText().Account(1, "ann@example.com").ToString().TrimEnd('\n'));
        byte[] before = File.ReadAllBytes(_path);
        using var directory = new LdifDirectory(_path);
        var e = await Assert.ThrowsAsync<MailBackupException>(async () => await directory.AddAsync([Account("bob@example.com", 2, _ => { })], default));
        Assert.Equal(ErrorIds.LdifInvalid, e.ErrorId);
        Assert.Equal(before, File.ReadAllBytes(_path));
    }

    [Fact]
    public async Task Children_come_back_below_their_account()
    {
        File.Copy(Path.Combine(Repository.Samples, "directory.ldif"), _path);
        using var directory = new LdifDirectory(_path);
        var alice = (await directory.FindAsync(ProvisioningKind.Account, "alice@example.com", default))!;
        Assert.Contains("zimbraSignatureName: Holiday", alice.Attributes["entry:zimbraSignatureName=Holiday"]);
        Assert.Contains("zimbraDataSourceEnabled: TRUE", alice.Attributes["entry:zimbraDataSourceName=Old office"]);

        // Taken out with its children, and put back.
        string[] records = File.ReadAllText(_path).Split("\n\n");
        File.WriteAllText(_path, string.Join("\n\n", records.Where(r => !r.Contains("uid=alice,", StringComparison.Ordinal))));
        Assert.Null(await directory.FindAsync(ProvisioningKind.Account, "alice@example.com", default));
        Assert.True((await directory.AddAsync([alice], default))[0].Added);
        var back = (await directory.FindAsync(ProvisioningKind.Account, "alice@example.com", default))!;
        Assert.Equal(alice.Attributes, back.Attributes);
        Assert.Equal(alice.Id, back.Id);
        Assert.Contains("dn: zimbraSignatureName=Holiday,uid=alice,ou=people,dc=example,dc=com\n", File.ReadAllText(_path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_there_is_left_alone_and_said()
    {
        File.WriteAllText(_path, new LdifText().Account(1, "ann@example.com", "zimbraMailAlias: office@example.com").ToString());
        byte[] before = File.ReadAllBytes(_path);
        using var directory = new LdifDirectory(_path);
        var result = Assert.Single(await directory.AddAsync([Account("Ann@example.com", 9)], default));
        Assert.False(result.Added);
        Assert.Contains("already", result.Note, StringComparison.Ordinal);
        result = Assert.Single(await directory.AddAsync([Account("office@example.com", 9)], default));
        Assert.False(result.Added);
        Assert.Contains("address of ann@example.com", result.Note, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_path));
    }

    [Fact]
    public async Task An_alias_that_another_has_taken_meanwhile_is_left_out_and_said()
    {
        File.WriteAllText(_path, new LdifText().Account(1, "ann@example.com", "zimbraMailAlias: office@example.com").ToString());
        using var directory = new LdifDirectory(_path);
        var entry = Account("bob@example.com", 2, a =>
        {
            a["mail"] = ["bob@example.com", "office@example.com"];
            a["zimbraMailAlias"] = ["office@example.com"];
        });
        var result = Assert.Single(await directory.AddAsync([entry], default));
        Assert.True(result.Added);
        Assert.Contains("office@example.com (ann@example.com has it now)", result.Note, StringComparison.Ordinal);
        var back = (await directory.FindAsync(ProvisioningKind.Account, "bob@example.com", default))!;
        Assert.Equal(["bob@example.com"], back.Attributes["mail"]);
        Assert.False(back.Attributes.ContainsKey("zimbraMailAlias"));
    }

    [Fact]
    public async Task An_exporter_that_writes_meanwhile_loses_nothing()
    {
        File.WriteAllText(_path, new LdifText().Account(1, "ann@example.com").ToString());
        int writes = 0;
        using var directory = new LdifDirectory(_path)
        {
            BeforeReplace = () =>
            {
                if (writes++ < 2)
                {
                    File.WriteAllText(_path, new LdifText().Account(1, "ann@example.com").Account(10 + writes, new string('n', writes) + "@example.com").ToString());
                }
            },
        };
        Assert.True((await directory.AddAsync([Account("bob@example.com", 2)], default))[0].Added);
        Assert.Equal(["ann@example.com", "nn@example.com", "bob@example.com"], new LdifProvisioning(_path).Read(null)!.Entries.Select(e => e.Name));
        Assert.Empty(Directory.GetFiles(_folder.Path, ".*"));
    }

    [Fact]
    public async Task An_exporter_without_end_is_an_error_and_changes_nothing()
    {
        File.WriteAllText(_path, new LdifText().Account(1, "ann@example.com").ToString());
        int writes = 0;
        using var directory = new LdifDirectory(_path) { BeforeReplace = () => File.AppendAllText(_path, $"\n# {++writes}\n") };
        var e = await Assert.ThrowsAsync<MailBackupException>(() => directory.AddAsync([Account("bob@example.com", 2)], default).AsTask());
        Assert.Equal(ErrorIds.DirectoryNotWritable, e.ErrorId);
        Assert.Single(new LdifProvisioning(_path).Read(null)!.Entries);
        Assert.Empty(Directory.GetFiles(_folder.Path, ".*"));
    }

    [Fact]
    public async Task A_link_to_the_file_stays_a_link()
    {
        string real = _folder["real.ldif"];
        File.WriteAllText(real, new LdifText().Account(1, "ann@example.com").ToString());
        File.CreateSymbolicLink(_path, real);
        using var directory = new LdifDirectory(_path);
        await directory.AddAsync([Account("bob@example.com", 2)], default);
        Assert.NotNull(new FileInfo(_path).LinkTarget);
        Assert.Contains("uid=bob", File.ReadAllText(real), StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_has_its_own_name_and_ids_and_no_alias()
    {
        var alice = new LdifProvisioning(Path.Combine(Repository.Samples, "directory.ldif")).Read(null)!.Entries.Single(e => e.Name == "alice@example.com");
        var copy = AccountEntryCopy.Make(alice, "archive@example.org", hideFromGal: true);
        Assert.Equal(["uid=archive,ou=people,dc=example,dc=org"], copy.Attributes["dn"]);
        Assert.Equal(["archive"], copy.Attributes["uid"]);
        Assert.Equal(["archive@example.org"], copy.Attributes["mail"]);
        Assert.Equal(["archive@example.org"], copy.Attributes["zimbraMailDeliveryAddress"]);
        Assert.False(copy.Attributes.ContainsKey("zimbraMailAlias"));
        Assert.Equal(["TRUE"], copy.Attributes["zimbraHideInGal"]);
        Assert.NotEqual(alice.Id, copy.Id);
        Assert.True(Guid.TryParse(copy.Id, out _));
        foreach (string kept in (string[])["displayName", "userPassword", "zimbraPrefMailSignature", "zimbraPrefOutOfOfficeReply", "zimbraCOSId", "entry:zimbraSignatureName=Holiday"])
        {
            Assert.Equal(alice.Attributes[kept], copy.Attributes[kept]);
        }

        Assert.Contains("zimbraDataSourceEnabled: FALSE", copy.Attributes["entry:zimbraDataSourceName=Old office"]);
        Assert.Contains("zimbraDataSourceEnabled: TRUE", alice.Attributes["entry:zimbraDataSourceName=Old office"]);
    }

    [Theory]
    [InlineData("uid=alice,ou=people,dc=example,dc=com", "bob@example.com", "uid=bob,ou=people,dc=example,dc=com")]
    [InlineData("uid=alice,ou=people,dc=example,dc=com", "bob@sub.example.org", "uid=bob,ou=people,dc=sub,dc=example,dc=org")]
    [InlineData("mail=alice@example.com,ou=Users,domainName=example.com", "bob@example.com", "mail=bob@example.com,ou=Users,domainName=example.com")]
    [InlineData("uid=alice,cn=staff", "bob@example.org", "uid=bob,cn=staff")]
    [InlineData("cn=Adler\\, Alice,ou=people,dc=example,dc=com", "b+b@example.com", "cn=b\\+b,ou=people,dc=example,dc=com")]
    public void The_distinguished_name_of_a_copy(string dn, string to, string expected) =>
        Assert.Equal(expected, AccountEntryCopy.NameOf(dn, "alice@example.com", to));

    private static ProvisioningEntry Account(string mail, int id, Action<ProvisioningAttributes>? more = null)
    {
        string zimbraId = $"00000000-0000-4000-8000-{id:d12}";
        var attributes = new ProvisioningAttributes
        {
            ["dn"] = [$"uid={mail.Split('@')[0]},ou=people"],
            ["objectClass"] = ["zimbraAccount"],
            ["zimbraId"] = [zimbraId],
            ["mail"] = [mail],
        };
        more?.Invoke(attributes);
        return new ProvisioningEntry(ProvisioningKind.Account, zimbraId, mail, attributes);
    }

    private static string Text(KeyValuePair<string, IReadOnlyList<string>> attribute) => $"{attribute.Key}={string.Join('|', attribute.Value)}";
}
