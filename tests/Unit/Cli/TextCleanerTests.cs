using MailBackup.Cli.Output;

namespace MailBackup.Tests.Cli;

public class TextCleanerTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("Invoice 12", "Invoice 12")]
    [InlineData("Grüße, 日本 👍🏽", "Grüße, 日本 👍🏽")]
    [InlineData("می\u200cخواهم", "می\u200cخواهم")]
    [InlineData("a\tb\r\nc", "a b  c")]
    [InlineData("\u001b[31mred\u001b[0m", "\ufffd[31mred\ufffd[0m")]
    [InlineData("\u001b]0;title\u0007", "\ufffd]0;title\ufffd")]
    [InlineData("a\0b\u007fc", "a\ufffdb\ufffdc")]
    [InlineData("\u009b31m", "\ufffd31m")]
    [InlineData("gpj.\u202eexe", "gpj.\ufffdexe")]
    [InlineData("a\u2066b\u2069c\u200fd\ufeffe", "a\ufffdb\ufffdc\ufffdd\ufffde")]
    [InlineData("one\u2028two", "one two")]
    public void Leaves_text_and_takes_what_steers(string? text, string expected) => Assert.Equal(expected, TextCleaner.Clean(text));

    [Fact]
    public void A_lone_surrogate_is_replaced()
    {
        Assert.Equal("a\ufffdb", TextCleaner.Clean("a" + '\ud83d' + "b"));
        Assert.Equal("a\ufffd", TextCleaner.Clean("a" + '\udc4d'));
    }

    [Fact]
    public void Hidden_tag_characters_show() => Assert.Equal("a\ufffdb", TextCleaner.Clean("a\U000E0041b"));

    [Fact]
    public void No_control_character_survives()
    {
        for (int c = 0; c <= char.MaxValue; c++)
        {
            string clean = TextCleaner.Clean("x" + (char)c + "y");
            Assert.DoesNotContain(clean, char.IsControl);
        }
    }
}
