using MailBackup.Model;

namespace MailBackup.Tests;

public class DigestTests
{
    [Fact]
    public void Text_form_is_base64_with_comma_for_slash()
    {
        var digest = Digest.Of("abc"u8);
        Assert.Equal("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD,YfIAFa0", digest.ToString());
        Assert.Equal(digest, Digest.Parse(digest.ToString()));
        Assert.Equal(digest, new Digest(digest.ToArray()));
    }
}
