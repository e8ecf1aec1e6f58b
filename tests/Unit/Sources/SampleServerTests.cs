using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Tests.Sources;

/// <summary>The sample server is what people try first: it must be whole in the repository, and be read as it is meant.</summary>
public partial class SampleServerTests
{
    private static readonly string Samples = Path.Combine(Root(), "samples");

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "MailBackup.slnx")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return directory.FullName;
    }

    private static List<(string Path, ContentSummary Summary)> Inspect(string part, FolderKind kind) =>
    [
        .. from file in Directory.EnumerateFiles(Path.Combine(Samples, "maildir"), "*", SearchOption.AllDirectories)
           where file.Contains(part, StringComparison.Ordinal) && (kind is FolderKind.Mail or FolderKind.Files || Path.HasExtension(file))
           select (file, ContentInspector.InspectUnguarded(kind, File.ReadAllBytes(file), Path.GetFileName(file))),
    ];

    private static string[] Mails() =>
        [.. Directory.EnumerateFiles(Path.Combine(Samples, "maildir"), "*", SearchOption.AllDirectories).Where(f => MailName().IsMatch(f))];

    [GeneratedRegex(@"/(cur|new)/\d+\.M\d+P\d+\.mx1?,S=(?<size>\d+),W=(?<wire>\d+)(:2,[A-Za-z]*)?$")]
    private static partial Regex MailName();

    [Fact]
    public void Every_mail_is_there_and_as_long_as_its_name_says()
    {
        string[] mails = Mails();
        Assert.Equal(29, mails.Length);
        foreach (string mail in mails)
        {
            var name = MailName().Match(mail);
            byte[] content = File.ReadAllBytes(mail);
            Assert.Equal(name.Groups["size"].Value, $"{content.Length}");
            int bare = content.Count(b => b == '\n') - content.Count(b => b == '\r');
            Assert.Equal(name.Groups["wire"].Value, $"{content.Length + bare}");
        }
    }

    [Fact]
    public void The_mail_to_three_accounts_has_one_body_and_four_headers()
    {
        var copies = Mails().Select(File.ReadAllBytes).Where(c => c.Length > 20_000).ToList();
        Assert.Equal(4, copies.Count);
        var split = copies.Select(c => c.AsSpan().IndexOf("\n\n"u8) + 2).ToList();
        Assert.Single(copies.Zip(split).Select(c => Convert.ToHexString(SHA256.HashData(c.First.AsSpan(c.Second)))).Distinct());
        Assert.Equal(4, copies.Zip(split).Select(c => Encoding.UTF8.GetString(c.First.AsSpan(0, c.Second))).Distinct().Count());
    }

    [Fact]
    public void Its_mails_have_readable_subjects_and_senders()
    {
        var summaries = Mails().Select(m => ContentInspector.InspectUnguarded(FolderKind.Mail, File.ReadAllBytes(m), "")).ToList();
        Assert.All(summaries, s => Assert.True(s.Subject.Length > 0 && s.From.Contains('@', StringComparison.Ordinal)));
        Assert.Contains(new ContentSummary(ItemType.Message, "Re: Angebot für die Lagerräume, dritte Fassung", "Carla Núñez <carla@example.org>"), summaries);
        foreach (string subject in new[] { "Grüße vom Kiosk", "日本 delegation on 21 May", "Angebot für die Lagerräume, dritte Fassung", "You won 1.000.000 £", "Spare parts for the lock" })
        {
            Assert.Contains(summaries, s => s.Subject == subject);
        }
    }

    [Fact]
    public void Its_contacts_and_calendars_are_of_all_kinds()
    {
        var contacts = Inspect("/Contacts/", FolderKind.Contacts).Select(c => c.Summary).ToList();
        Assert.Equal(6, contacts.Count);
        Assert.Equal(["All stations", "Harbour team"], contacts.Where(c => c.Type == ItemType.ContactGroup).Select(c => c.Subject).Order(StringComparer.Ordinal));
        Assert.Contains(new ContentSummary(ItemType.Contact, "Carla Núñez, Harbour Office", "carla@example.org"), contacts);
        Assert.Contains(new ContentSummary(ItemType.Contact, "Tower Station", "tower@example.org"), contacts);

        var objects = Inspect("/Calendars/", FolderKind.Calendar).Select(c => c.Summary).ToList();
        Assert.Equal(5, objects.Count);
        Assert.Contains(new ContentSummary(ItemType.Appointment, "Weekly meeting, harbour team", "Adler, Alice"), objects);
        Assert.Contains(new ContentSummary(ItemType.Appointment, "Guests from 大阪 at the lock", "office@example.org"), objects);
        Assert.Contains(new ContentSummary(ItemType.Task, "Sign the lease for the store rooms and send it back to the harbour office", ""), objects);
        Assert.Equal(4, Inspect("/Files/", FolderKind.Files).Count);
    }

    [Fact]
    public void Its_directory_has_accounts_a_list_domains_and_classes_of_service()
    {
        var entries = new LdifProvisioning(Path.Combine(Samples, "directory.ldif")).Read(null)!.Entries;
        Assert.Equal(
            [
                (ProvisioningKind.ClassOfService, "default"), (ProvisioningKind.ClassOfService, "office"),
                (ProvisioningKind.Domain, "example.com"), (ProvisioningKind.Domain, "example.org"),
                (ProvisioningKind.Account, "alice@example.com"), (ProvisioningKind.Account, "bob@example.com"),
                (ProvisioningKind.Account, "carla@example.org"), (ProvisioningKind.Account, "dmitri@example.org"),
                (ProvisioningKind.DistributionList, "dev@example.org"),
            ],
            entries.Select(e => (e.Kind, e.Name)));
        Assert.All(entries, e => Assert.NotNull(e.Id));
        var alice = entries[4].Attributes;
        Assert.StartsWith("{SSHA512}", alice.First("userPassword"), StringComparison.Ordinal);
        Assert.Contains("office@example.com", alice["zimbraMailAlias"]);
        Assert.EndsWith("\nGrüße aus Locktown", alice.First("zimbraPrefMailSignature"), StringComparison.Ordinal);
        Assert.False(alice.ContainsKey("zimbraLastLogonTimestamp"));
        Assert.Equal("Carla Núñez", entries[6].Attributes.First("cn"));
    }
}
