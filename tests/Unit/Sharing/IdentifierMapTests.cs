using MailBackup.Sharing;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Sharing;

/// <summary>What old names are called here.</summary>
public sealed class IdentifierMapTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pairs_are_read_however_they_are_parted_and_users_are_found_by_either_name()
    {
        var map = Read("# a map\n\nbob@old.example bob@new.example\nann@old.example,anna@new.example # married\nstaff => team\ncarl@old.example\tcarl@new.example\n");
        Assert.Equal("bob@new.example", map.Find("BOB@old.example"));
        Assert.Equal("anna@new.example", map.Find("ann@old.example"));
        Assert.Equal("anna", map.Find("ann"));
        Assert.Equal("team", map.Find("staff"));
        Assert.Null(map.Find("bob"));
        Assert.Null(map.Find("dora@old.example"));
        Assert.Equal("shared/anna@new.example/Work/2026", map.FindInPath("shared/ann@old.example/Work/2026"));
        Assert.Equal("user.anna.Work", map.FindInPath("user.ann.Work"));
        Assert.Null(map.FindInPath("shared/dora@old.example/Work"));
    }

    [Fact]
    public void The_log_of_a_restore_says_what_id_an_account_has_here()
    {
        string old = "9a0f4e9a-8f1e-4d53-9d0e-0a4f2b6d7c11", here = "1b7d2c55-7c11-4a53-8d0e-3a4f2b6d7c22";
        Directory.CreateDirectory(_folder[here]);
        string log = Path.Combine(_folder[here], "id_mapper.log");
        File.WriteAllText(log, $"{{\"account\":\"{old}\",\"item\":5,\"restored\":7,\"digest\":\"x\"}}\n{{\"account\":\"{old}\",\"it");
        Assert.Equal(here, IdentifierMap.Read(log).Find(old));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but words\n")]
    [InlineData("one\n")]
    [InlineData("one two three\n")]
    [InlineData("one two\none three\n")]
    [InlineData("{\"account\":\"5\"}\n")]
    public void What_is_no_map_is_refused(string text) =>
        Assert.Equal(ErrorIds.IdMapInvalid, Assert.Throws<MailBackupException>(() => Read(text)).ErrorId);

    [Theory]
    [InlineData("bob@example.com", "", "bob@example.com", false)]
    [InlineData("-bob", "-", "bob", false)]
    [InlineData("$staff", "$", "staff", true)]
    [InlineData("-$staff", "-$", "staff", true)]
    [InlineData("!$staff", "!$", "staff", true)]
    [InlineData("group:staff", "group:", "staff", true)]
    [InlineData("-group:staff", "-group:", "staff", true)]
    public void Signs_of_servers_stay_with_the_name(string text, string before, string name, bool group)
    {
        var identifier = Identifier.Parse(text);
        Assert.Equal((before, name, group), (identifier.Before, identifier.Name, identifier.IsGroup));
        Assert.Equal(text, identifier.ToString());
    }

    private IdentifierMap Read(string text)
    {
        File.WriteAllText(_folder["map"], text);
        return IdentifierMap.Read(_folder["map"]);
    }
}
