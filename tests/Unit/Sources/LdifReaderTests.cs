using System.Text;
using MailBackup.Sources;

namespace MailBackup.Tests.Sources;

public class LdifReaderTests
{
    private static List<LdifRecord> Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private static List<LdifRecord> Read(byte[] bytes) => [.. new LdifReader(new MemoryStream(bytes), "/srv/directory.ldif").Read()];

    private static MailBackupException Refused(string text)
    {
        var e = Assert.Throws<MailBackupException>(() => Read(text));
        Assert.Equal(ErrorIds.LdifInvalid, e.ErrorId);
        Assert.Equal("/srv/directory.ldif", e.Target);
        return e;
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Records_values_options_comments_and_folds(string newline)
    {
        string text = """
            version: 1
            # a comment
              that is folded

            dn: uid=alice,dc=example,
             dc=com
            objectClass: top
            objectclass: inetOrgPerson
            # in the middle
            cn;lang-de:Alice
            description:   two
              words
            empty:
            jpegPhoto:: /9j/4A==
            title:: TMO8ZGVyaXR6


            # between
            dn:: Y249w7xiZXI=
            cn: über

            """.ReplaceLineEndings(newline);
        var records = Read(text);

        Assert.Equal(2, records.Count);
        var a = records[0];
        Assert.Equal("uid=alice,dc=example,dc=com", a.DistinguishedName);
        Assert.Equal(5, a.Line);
        Assert.Equal(["top", "inetOrgPerson"], a.Attributes["objectClass"]);
        Assert.Equal("Alice", a.Attributes.First("CN;LANG-DE"));
        Assert.Equal("two words", a.Attributes.First("description"));
        Assert.Equal("", a.Attributes.First("empty"));
        Assert.Equal("base64:/9j/4A==", a.Attributes.First("jpegPhoto"));
        Assert.Equal("Lüderitz", a.Attributes.First("title"));
        Assert.Equal(6, a.Attributes.Count);
        Assert.Equal("cn=über", records[1].DistinguishedName);
        Assert.Equal("über", records[1].Attributes.First("cn"));
        Assert.Equal(19, records[1].Line);
    }

    [Fact]
    public void A_fold_may_split_a_character()
    {
        byte[] bytes = [.. "dn: cn=a\ncn: \u00FC"u8[..^1], .. "\n "u8, .. "\u00FC"u8[1..], .. "x\n"u8];
        Assert.Equal("üx", Read(bytes)[0].Attributes.First("cn"));
    }

    [Fact]
    public void A_byte_order_mark_and_lines_longer_than_the_buffer_are_read()
    {
        string value = new('x', 200_000);
        var record = Assert.Single(Read($"\uFEFFversion: 1\ndn: cn=a\ncn: {value}\nsn: b\n"));
        Assert.Equal(value, record.Attributes.First("cn"));
        Assert.Equal("b", record.Attributes.First("sn"));
        Assert.Equal(2, record.Line);
    }

    [Fact]
    public void Text_that_looks_like_binary_and_control_characters_stay_unambiguous()
    {
        var a = Read("dn: cn=a\nx: base64:AAAA\ny:: YQBi\nz:: YQli\n")[0].Attributes;
        Assert.Equal("base64:YmFzZTY0OkFBQUE=", a.First("x"));
        Assert.Equal("base64:YQBi", a.First("y"));
        Assert.Equal("a\tb", a.First("z"));
    }

    [Theory]
    [InlineData("version: 2\n\ndn: cn=a\ncn: a\n", 1, "version")]
    [InlineData("dn: cn=a\ncn: a\nbroken\n", 3, "colon")]
    [InlineData("dn: cn=a\ncn: a\n b\n c\nbroken line: x\n", 5, "no name")]
    [InlineData("dn: cn=a\n: a\n", 2, "no name")]
    [InlineData("dn: cn=a\ncn:: a\n", 2, "base64")]
    [InlineData("dn: cn=a\ncn:: YQ== YQ==\n", 2, "base64")]
    [InlineData("dn:: /w==\ncn: a\n", 1, "UTF-8")]
    [InlineData("dn: cn=a\njpegPhoto:< file:///etc/passwd\n", 2, "URL")]
    [InlineData("dn: cn=a\nchangetype: modify\nreplace: cn\ncn: b\n-\n", 2, "change record")]
    [InlineData("dn: cn=a\ncontrol: 1.2.3 true\nchangetype: delete\n", 2, "change record")]
    [InlineData("dn: cn=a\ncn: a\ndn: cn=b\ncn: b\n", 3, "empty line")]
    [InlineData("dn: cn=a\ncn: a\n\n\ncn: b\n", 5, "'dn:'")]
    [InlineData("dn: cn=a\ncn: a\n\n folded\n", 4, "space")]
    [InlineData("\n\nversion: 1\n\ndn: cn=a\ncn: a\n", 3, "'dn:'")]
    [InlineData("dn: cn=a\ncn: a\n\ndn: cn=b\ncn: b", 5, "ends within")]
    [InlineData("dn: cn=a\ncn: a\n\ndn: cn=b\ncn: b\n b", 6, "ends within")]
    [InlineData("dn: cn=a\ncn: a\n# the e", 3, "ends within")]
    [InlineData("dn: cn=a\r\ncn: a\r", 2, "ends within")]
    public void What_is_no_content_record_is_refused_with_its_line(string text, int line, string problem)
    {
        var e = Refused(text);
        Assert.StartsWith($"/srv/directory.ldif line {line}: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(problem, e.Problem, StringComparison.Ordinal);
        Assert.NotEmpty(e.RecommendedAction);
    }

    [Fact]
    public void Raw_bytes_that_are_not_UTF8_are_refused()
    {
        var e = Assert.Throws<MailBackupException>(() => Read([.. "dn: cn=a\ncn: "u8, 0xFC, .. "\n"u8]));
        Assert.Equal(ErrorIds.LdifInvalid, e.ErrorId);
        Assert.Contains("line 2: the value is not UTF-8", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Records_are_given_out_while_the_file_is_read()
    {
        using var records = new LdifReader(new MemoryStream("dn: cn=a\ncn: a\n\nbroken\n"u8.ToArray()), "x").Read().GetEnumerator();
        Assert.True(records.MoveNext());
        Assert.Equal("cn=a", records.Current.DistinguishedName);
        Assert.Throws<MailBackupException>(() => records.MoveNext());
    }
}
