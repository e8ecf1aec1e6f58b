using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Tests.Sources;

public sealed class LdifProvisioningTests : IDisposable
{
    private const string Two = "dn: uid=a\nobjectClass: inetOrgPerson\nmail: a@example.com\n\ndn: uid=b\nobjectClass: inetOrgPerson\nmail: b@example.com\n";

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"ldif-{Guid.NewGuid():N}.ldif");
    private readonly SetClock _clock = new();

    public void Dispose() => File.Delete(_path);

    private void Write(string text, double age)
    {
        File.WriteAllText(_path, text);
        File.SetLastWriteTimeUtc(_path, _clock.Now.UtcDateTime.AddSeconds(-age));
    }

    private LdifProvisioning Open() => new(_path) { Clock = _clock };

    private IReadOnlyList<ProvisioningEntry> Read(string text)
    {
        Write(text.TrimEnd('\n') + '\n', 10);
        return Open().Read(null)!.Entries;
    }

    [Fact]
    public void Zimbra_entries_are_told_apart_and_the_rest_is_passed_over()
    {
        var entries = Read("""
            dn: cn=default,cn=cos,cn=zimbra
            objectClass: zimbraCOS
            cn: default
            zimbraId: c1

            dn: dc=example,dc=com
            objectClass: dcObject
            objectClass: organization
            objectClass: zimbraDomain
            zimbraDomainName: example.com
            zimbraId: d1

            dn: dc=example, dc=org
            objectClass: zimbraDomain
            zimbraId: d2

            dn: ou=people,dc=example,dc=com
            objectClass: organizationalRole
            cn: people
            mail: people@example.com

            dn: uid=alice,ou=people,dc=example,dc=com
            objectClass: inetOrgPerson
            objectClass: ZIMBRAACCOUNT
            zimbraId: a1
            entryUUID: other
            mail: alias@example.com
            mail: alice@example.com
            zimbraMailDeliveryAddress: alice@example.com

            dn: uid=team,ou=people,dc=example,dc=com
            objectClass: zimbraDistributionList
            zimbraId: l1
            mail: team@example.com
            zimbraMailForwardingAddress: alice@example.com
            zimbraMailForwardingAddress: bob@example.com

            dn: uid=x,ou=people,dc=example,dc=com
            objectClass: zimbraAlias
            """);
        Assert.Equal(
            [
                (ProvisioningKind.ClassOfService, "c1", "default"),
                (ProvisioningKind.Domain, "d1", "example.com"),
                (ProvisioningKind.Domain, "d2", "example.org"),
                (ProvisioningKind.Account, "a1", "alice@example.com"),
                (ProvisioningKind.DistributionList, "l1", "team@example.com"),
            ],
            entries.Select(e => (e.Kind, e.Id, e.Name)));
        Assert.Equal(["alias@example.com", "alice@example.com"], entries[3].Attributes["mail"]);
        Assert.Equal("uid=alice,ou=people,dc=example,dc=com", entries[3].Attributes.First("dn"));
        Assert.Equal(2, entries[4].Attributes["zimbraMailForwardingAddress"].Count);
    }

    [Theory]
    [InlineData("inetOrgPerson", "mail: a@example.com", ProvisioningKind.Account, "a@example.com")]
    [InlineData("inetLocalMailRecipient", "mail: a@example.com", ProvisioningKind.Account, "a@example.com")]
    [InlineData("mailUser", "mail: a@example.com", ProvisioningKind.Account, "a@example.com")]
    [InlineData("posixAccount", "mail: a@example.com", ProvisioningKind.Account, "a@example.com")]
    [InlineData("groupOfNames", "mail: l@example.com", ProvisioningKind.DistributionList, "l@example.com")]
    [InlineData("groupOfUniqueNames", "mail: l@example.com", ProvisioningKind.DistributionList, "l@example.com")]
    [InlineData("mailGroup", "mail: l@example.com", ProvisioningKind.DistributionList, "l@example.com")]
    [InlineData("nisMailAlias", "mail: l@example.com", ProvisioningKind.DistributionList, "l@example.com")]
    [InlineData("dNSDomain", "associatedDomain: example.com", ProvisioningKind.Domain, "example.com")]
    [InlineData("domain", "zimbraDomainName: example.com", ProvisioningKind.Domain, "example.com")]
    [InlineData("mailDomain", "domainName: example.com", ProvisioningKind.Domain, "example.com")]
    [InlineData("groupOfNames\nobjectClass: inetLocalMailRecipient", "mail: l@example.com", ProvisioningKind.DistributionList, "l@example.com")]
    public void Common_classes_count_with_an_address_or_a_domain(string objectClass, string attribute, ProvisioningKind kind, string name)
    {
        var entry = Assert.Single(Read($"dn: cn=x\nobjectClass: {objectClass}\n{attribute}\nentryUUID: u1\n\ndn: cn=y\nobjectClass: {objectClass}\ncn: y\n"));
        Assert.Equal((kind, "u1", name), (entry.Kind, entry.Id, entry.Name));
        Assert.Null(Assert.Single(Read($"dn: cn=x\nobjectClass: {objectClass}\n{attribute}\n")).Id);
    }

    [Fact]
    public void A_name_without_a_domain_is_no_account() =>
        Assert.Empty(Read("dn: cn=x\nobjectClass: inetOrgPerson\nmail: root\n"));

    [Fact]
    public void What_changes_by_itself_is_not_kept()
    {
        var attributes = Assert.Single(Read("""
            dn: uid=a
            objectClass: zimbraAccount
            mail: a@example.com
            zimbraLastLogonTimestamp: 20240101000000Z
            ZimbraLastLogonTimestamp;x: 20240101000000Z
            zimbraLastLogonTimestampFrequency: 7d
            modifyTimestamp: 20240101000000Z
            modifiersName: cn=admin
            entryCSN: 1
            contextCSN: 1
            authTimestamp: 1
            createTimestamp: 20200101000000Z
            userPassword:: e1NTSEF9YWJj
            """)).Attributes;
        Assert.Equal(["createTimestamp", "dn", "mail", "objectClass", "userPassword", "zimbraLastLogonTimestampFrequency"], attributes.Keys);
        Assert.Equal("{SSHA}abc", attributes.First("userPassword"));
    }

    [Fact]
    public void Two_entries_of_one_kind_and_name_are_refused_and_of_two_kinds_are_not()
    {
        Write("dn: uid=a\nobjectClass: zimbraAccount\nmail: a@example.com\n\ndn: uid=b\nobjectClass: inetOrgPerson\nmail: A@example.com\n", 10);
        var e = Assert.Throws<MailBackupException>(() => Open().Read(null));
        Assert.Equal(ErrorIds.LdifInvalid, e.ErrorId);
        Assert.StartsWith($"{_path} line 5: A@example.com is already the name of the entry in line 1.", e.Message, StringComparison.Ordinal);
        Assert.Equal(2, Read("dn: uid=a\nobjectClass: zimbraAccount\nmail: a@example.com\n\ndn: cn=b\nobjectClass: groupOfNames\nmail: a@example.com\n").Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\ndn: zimbraSignatureName=Work,uid=a\nobjectClass: zimbraSignature\nzimbraSignatureName: Work\n")]
    public void Two_entries_with_one_distinguished_name_are_refused_whatever_stands_below_them(string child)
    {
        Write("dn: uid=a\nobjectClass: inetOrgPerson\nmail: a@example.com\n\ndn: UID=a\nobjectClass: inetOrgPerson\nmail: b@example.com\n" + child, 10);
        var e = Assert.Throws<MailBackupException>(() => Open().Read(null));
        Assert.Equal(ErrorIds.LdifInvalid, e.ErrorId);
        Assert.StartsWith($"{_path} line 5: UID=a is already the name of the entry in line 1.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_last_line_and_an_empty_file_give_nothing_at_all()
    {
        foreach (string text in (string[])[Two + "brok", Two[..^1], Two[..^5]])
        {
            Write(text, 10);
            Assert.Equal(ErrorIds.LdifInvalid, Assert.Throws<MailBackupException>(() => Open().Read(null)).ErrorId);
        }

        foreach (string text in new[] { "", "version: 1\n", "# nothing\n" })
        {
            Write(text, 10);
            var e = Assert.Throws<MailBackupException>(() => Open().Read(null));
            Assert.Equal(ErrorIds.LdifInvalid, e.ErrorId);
            Assert.Contains("holds no entry", e.Problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_untouched_file_is_not_read_again()
    {
        Write(Two, 10);
        string token = Open().Read(null)!.Token;
        Write(Two.Replace("b@", "c@", StringComparison.Ordinal), 10);
        Assert.Null(Open().Read(token));
    }

    [Fact]
    public void A_rewritten_file_is_unchanged_when_its_content_is()
    {
        Write(Two, 100);
        var known = Open().Read(null)!;
        Write(Two, 10);
        Assert.Null(Open().Read(known.Token));

        Write(Two.Replace("b@", "c@", StringComparison.Ordinal), 5);
        var changed = Open().Read(known.Token)!;
        Assert.Equal("c@example.com", changed.Entries[1].Name);
        Assert.NotEqual(known.Token, changed.Token);
        Write(Two + "\n", 5);
        Assert.Equal("b@example.com", Open().Read(changed.Token)!.Entries[1].Name);
    }

    /// <summary>The clock of a file system is coarse: a second change may leave size and time as the first one left them.</summary>
    [Fact]
    public void A_change_within_the_tick_of_the_first_reading_is_seen_however_late_one_looks()
    {
        Write(Two, 1);
        string token = Open().Read(null)!.Token;
        var written = File.GetLastWriteTimeUtc(_path);
        File.WriteAllText(_path, Two.Replace("b@", "c@", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(_path, written);
        _clock.Now = _clock.Now.AddHours(1);
        Assert.Equal("c@example.com", Open().Read(token)!.Entries[1].Name);
    }

    [Fact]
    public void A_file_that_was_young_at_first_is_hashed_once_and_then_trusted()
    {
        Write(Two, 1);
        var provisioning = Open();
        string token = provisioning.Read(null)!.Token;
        _clock.Now = _clock.Now.AddHours(1);
        Assert.Null(provisioning.Read(token));
        var written = File.GetLastWriteTimeUtc(_path);
        File.WriteAllText(_path, Two.Replace("b@", "c@", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(_path, written);
        Assert.Null(provisioning.Read(token));
    }

    [Fact]
    public void A_file_that_is_written_while_it_is_read_is_not_used()
    {
        Write(Two, 10);
        _clock.Asked = () => File.AppendAllText(_path, "\n");
        var e = Assert.Throws<MailBackupException>(() => Open().Read(null));
        Assert.Equal(ErrorIds.SourceUnreadable, e.ErrorId);
        Assert.Contains("changed while it was read", e.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("99999999999999999999-1-2")]
    public void A_foreign_token_is_no_token(string token)
    {
        Write(Two, 10);
        Assert.Equal(2, Open().Read(token)!.Entries.Count);
    }

    [Fact]
    public void A_missing_file_or_a_directory_is_unreadable()
    {
        foreach (string path in new[] { _path, Path.Combine(_path, "x.ldif"), Path.GetTempPath() })
        {
            var e = Assert.Throws<MailBackupException>(() => new LdifProvisioning(path).Read(null));
            Assert.Equal(ErrorIds.SourceUnreadable, e.ErrorId);
            Assert.Contains(path, e.Problem, StringComparison.Ordinal);
            Assert.Equal(path, e.Target);
        }

        if (OperatingSystem.IsLinux() && !Environment.IsPrivilegedProcess)
        {
            Write(Two, 10);
            File.SetUnixFileMode(_path, UnixFileMode.None);
            Assert.Contains("may not be read", Assert.Throws<MailBackupException>(() => Open().Read(null)).Problem, StringComparison.Ordinal);
        }
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2024, 5, 1, 12, 0, 0, TimeSpan.Zero);

        /// <summary>Runs when the time is asked for, which is after the file was opened.</summary>
        public Action? Asked { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            Asked?.Invoke();
            return Now;
        }
    }
}
