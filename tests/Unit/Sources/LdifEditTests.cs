using System.Text;
using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Sources;

public sealed class LdifEditTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string File => _folder["directory.ldif"];

    [Theory]
    [InlineData("dn: cn=a\nobjectClass: zimbraCOS\ncn: a\n", "dn: cn=a\nobjectClass: zimbraCOS\ncn: a\nzimbraNotes: ${ZxBackup_Disabled}\n")]
    [InlineData(
        "version: 1\r\n# c\r\n\r\ndn: cn=a\r\nobjectClass: zimbraCOS\r\ncn: a\r\n\r\ndn: cn=b\r\ncn: b\r\n",
        "version: 1\r\n# c\r\n\r\ndn: cn=a\r\nobjectClass: zimbraCOS\r\ncn: a\r\nzimbraNotes: ${ZxBackup_Disabled}\r\n\r\ndn: cn=b\r\ncn: b\r\n")]
    [InlineData(
        "dn: cn=a\nZimbraNotes: One\n  two\nobjectClass: zimbraCOS\n# zimbraNotes: no\n  folded comment\ncn: a\n\n\n",
        "dn: cn=a\nzimbraNotes: One two ${ZxBackup_Disabled}\nobjectClass: zimbraCOS\n# zimbraNotes: no\n  folded comment\ncn: a\n\n\n")]
    [InlineData(
        "dn: cn=z\nobjectClass: zimbraCOS\ncn: z\nzimbraNotes: other\n\ndn: cn=a\nobjectClass: zimbraCOS\nzimbraNotes;lang-de: Deutsch\nzimbraNotes: x\ncn: a\n",
        "dn: cn=z\nobjectClass: zimbraCOS\ncn: z\nzimbraNotes: other\n\ndn: cn=a\nobjectClass: zimbraCOS\nzimbraNotes;lang-de: Deutsch\nzimbraNotes: x ${ZxBackup_Disabled}\ncn: a\n")]
    public async Task Only_the_attribute_changes_and_taking_the_marker_out_gives_the_values_back(string before, string after)
    {
        System.IO.File.WriteAllText(File, before);
        var values = Notes();
        Assert.True(await SetAsync(CosMarker.Add));
        Assert.Equal(after, System.IO.File.ReadAllText(File));
        Assert.False(await SetAsync(CosMarker.Add));
        Assert.True(await SetAsync(CosMarker.Remove));
        Assert.Equal(values, Notes());
        Assert.Equal([File], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Any_text_in_the_notes_survives()
    {
        foreach (string note in (string[])["ä ö €", " leading", "two\nlines", new string('n', 300), "${other}", "ends with space ", ": colon"])
        {
            System.IO.File.WriteAllText(File, $"dn: cn=a\nobjectClass: zimbraCOS\ncn: a\nzimbraNotes:: {Convert.ToBase64String(Encoding.UTF8.GetBytes(note))}\n");
            Assert.True(await SetAsync(CosMarker.Add));
            Assert.Equal([note + " ${ZxBackup_Disabled}"], Notes());
            Assert.True(await SetAsync(CosMarker.Remove));
            Assert.Equal([note], Notes());
        }
    }

    [Fact]
    public async Task In_a_large_directory_every_other_byte_stays()
    {
        var text = new LdifText();
        for (int i = 0; i < 3_000; i++)
        {
            text.Account(i, $"user{i}@example.com", $"description:: {Convert.ToBase64String(new byte[200])}");
        }

        string head = text.Cos("a", "description: one").ToString(), tail = new LdifText().Cos("b").Account(9_999, "last@example.com").ToString()["version: 1\n".Length..];
        System.IO.File.WriteAllText(File, head + tail);
        Assert.True(await SetAsync(CosMarker.Add));
        Assert.Equal(head + "zimbraNotes: ${ZxBackup_Disabled}\n" + tail, System.IO.File.ReadAllText(File));
    }

    [Fact]
    public async Task An_exporter_that_writes_at_the_same_time_wins_and_the_change_is_made_to_what_it_wrote()
    {
        System.IO.File.WriteAllText(File, "dn: cn=a\nobjectClass: zimbraCOS\ncn: a\n");
        int times = 0;
        using var directory = new LdifDirectory(File)
        {
            BeforeReplace = () =>
            {
                if (times++ == 0)
                {
                    System.IO.File.WriteAllText(File, "dn: cn=a\nobjectClass: zimbraCOS\ncn: a\nzimbraNotes: just written\n");
                }
            },
        };
        Assert.True(await directory.SetAttributeAsync(ProvisioningKind.ClassOfService, "a", CosMarker.NotesAttribute, CosMarker.Add, default));
        Assert.Equal(["just written ${ZxBackup_Disabled}"], Notes());
    }

    [Fact]
    public async Task What_is_not_there_gives_nothing_and_a_damaged_file_is_left_alone()
    {
        System.IO.File.WriteAllText(File, "dn: cn=b\nobjectClass: zimbraCOS\ncn: b\n");
        Assert.Null(await SetAsync(CosMarker.Add));
        System.IO.File.WriteAllText(File, "dn: cn=b\nobjectClass zimbraCOS\n");
        Assert.Equal(ErrorIds.LdifInvalid, (await Assert.ThrowsAsync<MailBackupException>(() => SetAsync(CosMarker.Add))).ErrorId);
        Assert.Equal("dn: cn=b\nobjectClass zimbraCOS\n", System.IO.File.ReadAllText(File));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<bool?> SetAsync(Func<IReadOnlyList<string>, IReadOnlyList<string>> change)
    {
        using var directory = new LdifDirectory(File);
        return await directory.SetAttributeAsync(ProvisioningKind.ClassOfService, "a", CosMarker.NotesAttribute, change, default);
    }

    private IReadOnlyList<string> Notes() => new LdifProvisioning(File).Read(null)!.Entries.Single(e => e.Name == "a").Attributes
        .TryGetValue(CosMarker.NotesAttribute, out var notes) ? notes : [];
}
