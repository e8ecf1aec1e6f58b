using MailBackup.Sources;

namespace MailBackup.Tests.Sources;

public class ModifiedUtf7Tests
{
    [Theory]
    [InlineData("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語")]
    [InlineData("Entw&APw-rfe", "Entwürfe")]
    [InlineData("Q&-A", "Q&A")]
    [InlineData("&-", "&")]
    [InlineData("&2D3eAA-", "😀")]
    [InlineData("INBOX", "INBOX")]
    [InlineData("", "")]
    public void Examples_go_both_ways(string encoded, string text)
    {
        Assert.True(ModifiedUtf7.TryDecode(encoded, out string? decoded));
        Assert.Equal(text, decoded);
        Assert.Equal(encoded, ModifiedUtf7.Encode(text));
    }

    [Theory]
    [InlineData("a&")]
    [InlineData("a&APw")]
    [InlineData("&AP-")]
    [InlineData("&A-")]
    [InlineData("&AP/8-")]
    [InlineData("&A P-")]
    [InlineData("&AAA-")]
    [InlineData("&2D0-")]
    [InlineData("&3gA-")]
    [InlineData("&AAo-")]
    [InlineData("a\nb")]
    [InlineData("&\u00FC\u00FC\u00FC-")]
    public void What_is_not_well_formed_is_refused(string name) => Assert.False(ModifiedUtf7.TryDecode(name, out _));

    [Fact]
    public void Names_in_UTF8_are_taken_as_they_are()
    {
        Assert.True(ModifiedUtf7.TryDecode("Entwürfe &- mehr", out string? text));
        Assert.Equal("Entwürfe & mehr", text);
    }

    [Fact]
    public void A_character_can_be_encoded_though_it_need_not_be()
    {
        Assert.Equal("a&AC4-b", ModifiedUtf7.Encode("a.b", alsoEncode: "."));
        Assert.True(ModifiedUtf7.TryDecode("a&AC4-b", out string? text));
        Assert.Equal("a.b", text);
    }

    [Fact]
    public void Whatever_is_encoded_comes_back()
    {
        var random = new Random(20240229);
        string[] alphabet = ["a", "Z", "&", "-", ".", ",", "+", "/", " ", "~", "ü", "日", "😀", "\u00A0", "é", "𝄞"];
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            string encoded = ModifiedUtf7.Encode(text, alsoEncode: ".");
            Assert.DoesNotContain('.', encoded);
            Assert.All(encoded, c => Assert.InRange(c, ' ', '~'));
            Assert.True(ModifiedUtf7.TryDecode(encoded, out string? decoded), encoded);
            Assert.Equal(text, decoded);
        }
    }
}
