using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Tests.Sources.Maildir;

public class FileNamesTests
{
    [Fact]
    public void Every_name_has_one_text_that_gives_it_back()
    {
        var random = new Random(77);
        byte[][] pieces = ["a"u8.ToArray(), "ü"u8.ToArray(), "日"u8.ToArray(), "😀"u8.ToArray(), [0xFC], [0xE6, 0x97], [0x80], [0xFF], [0xEE, 0xBE, 0x80], [0xEE, 0xBF, 0xBF], [0xEE], [0xED, 0xA0, 0x80]];
        var texts = new Dictionary<string, string>();
        for (int i = 0; i < 20_000; i++)
        {
            byte[] name = [.. Enumerable.Range(0, random.Next(1, 6)).SelectMany(_ => pieces[random.Next(pieces.Length)])];
            string text = FileNames.FromNative(name);
            byte[] back = FileNames.ToNative("d", text, new byte[FileNames.StackLength]).ToArray();
            Assert.Equal([(byte)'d', (byte)'/', .. name, 0], back);
            Assert.Equal(name.Length, FileNames.GetNativeLength(text));
            Assert.True(texts.TryAdd(text, Convert.ToHexString(name)) || texts[text] == Convert.ToHexString(name));
        }
    }

    [Fact]
    public void Plain_names_are_plain_text()
    {
        Assert.Equal("cur/Größe 😀", FileNames.FromNative("cur/", "Größe 😀"u8));
        string longName = new('x', 5000);
        Assert.Equal(5003, FileNames.ToNative("d", longName, new byte[FileNames.StackLength]).Length);
    }

    [Fact]
    public void A_name_with_a_NUL_is_never_cut_short() =>
        Assert.Throws<PosixException>(() => FileNames.ToNative("d", "a\0b", new byte[FileNames.StackLength]));
}
