using System.Text;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Connection;

/// <summary>Brings a new connection from the greeting to where folders can be opened (RFC 9051 §6.1, §6.2).</summary>
internal static class Login
{
    /// <summary>
    /// Throws <see cref="ImapRefusedException"/> where no login is possible at all, <see cref="ImapCommandException"/> when the server refuses this one.
    /// </summary>
    public static async Task RunAsync(ImapConnection connection, ImapSettings settings, string account, string password)
    {
        if (settings.Tls == ImapTls.Implicit)
        {
            await connection.Transport.EncryptAsync(settings.Host, new CertificateCheck(settings)).ConfigureAwait(false);
        }

        var greeting = await connection.GreetingAsync().ConfigureAwait(false);
        if (greeting.Kind == StatusKind.PreAuth)
        {
            throw new ImapRefusedException("the server has logged us in unasked, as somebody");
        }

        await CapabilitiesAsync(connection).ConfigureAwait(false);
        if (settings.Tls == ImapTls.StartTls)
        {
            if (!connection.Capabilities.Has("STARTTLS"))
            {
                throw new ImapRefusedException("the server does not offer STARTTLS");
            }

            await connection.RunAsync("STARTTLS").ConfigureAwait(false);
            connection.Forget();
            await connection.Transport.EncryptAsync(settings.Host, new CertificateCheck(settings)).ConfigureAwait(false);
            await CapabilitiesAsync(connection).ConfigureAwait(false);
        }

        var before = connection.Capabilities;
        await AuthenticateAsync(connection, settings, account, password).ConfigureAwait(false);
        if (ReferenceEquals(before, connection.Capabilities))
        {
            await connection.RunAsync("CAPABILITY").ConfigureAwait(false);
        }

        if (connection.Capabilities.Has("UTF8=ACCEPT") && connection.Capabilities.Has("ENABLE"))
        {
            await connection.RunAsync("ENABLE UTF8=ACCEPT", text => connection.Utf8 |= IsUtf8Enabled(text)).ConfigureAwait(false);
        }

        // Names of folders are in UTF-8 where a server speaks nothing older (RFC 9051 §5.1).
        connection.Utf8 |= connection.Capabilities.Has("IMAP4rev2") && !connection.Capabilities.Has("IMAP4rev1");
        if (connection.Capabilities.Has("ID"))
        {
            // For the server's log; what it answers does not matter (RFC 2971).
            connection.Send("ID (\"name\" \"MailBackup\")");
        }

        if (settings.Compress && connection.Capabilities.Has("COMPRESS=DEFLATE"))
        {
            await connection.RunAsync("COMPRESS DEFLATE").ConfigureAwait(false);
            connection.Compress();
        }
    }

    private static bool IsUtf8Enabled(ReadOnlySpan<byte> text) =>
        ResponseLine.Parse(text) is var line && line.Is("ENABLED"u8) && Encoding.ASCII.GetString(line.Body).Contains("UTF8=ACCEPT", StringComparison.OrdinalIgnoreCase);

    private static async Task CapabilitiesAsync(ImapConnection connection)
    {
        if (connection.Capabilities.IsEmpty)
        {
            await connection.RunAsync("CAPABILITY").ConfigureAwait(false);
        }
    }

    private static async Task AuthenticateAsync(ImapConnection connection, ImapSettings settings, string account, string password)
    {
        // Without {admin} in it, the login names whom the administrator acts for.
        string user = settings.LoginOf(account);
        bool acts = !settings.Login.Contains(ImapSettings.AdministratorPlace, StringComparison.Ordinal)
            && !user.Equals(settings.Administrator, StringComparison.OrdinalIgnoreCase);
        string authentication = acts ? settings.Administrator : user;
        switch (settings.Mechanism)
        {
            case "xoauth2":
                await SaslAsync(connection, "XOAUTH2", $"user={user}\u0001auth=Bearer {password}\u0001\u0001", "").ConfigureAwait(false);
                return;
            case "oauthbearer":
                string name = user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);
                await SaslAsync(
                    connection, "OAUTHBEARER", $"n,a={name},\u0001host={settings.Host}\u0001port={settings.Port}\u0001auth=Bearer {password}\u0001\u0001", "AQ==").ConfigureAwait(false);
                return;
            case "login":
            case "plain" when !connection.Capabilities.Has("AUTH=PLAIN"):
                if (acts)
                {
                    throw new ImapRefusedException(settings.Mechanism == "login"
                        ? "LOGIN cannot act for other accounts; put {admin} into the login's pattern, or use plain"
                        : "the server does not offer AUTH=PLAIN, which acting for other accounts needs");
                }

                if (connection.Capabilities.Has("LOGINDISABLED"))
                {
                    throw new ImapRefusedException("the server allows no login on this connection; is encryption missing?");
                }

                await connection.RunAsync(
                    new ImapCommand("LOGIN ", connection.Capabilities.LiteralPlus).AddString(authentication).Add(" ").AddString(password)).ConfigureAwait(false);
                return;
            default:
                await SaslAsync(connection, "PLAIN", $"{(acts ? user : "")}\0{authentication}\0{password}", "*").ConfigureAwait(false);
                return;
        }
    }

    /// <param name="onChallenge">Answer to a question after the first: an empty line ends the failed exchange of XOAUTH2.</param>
    private static async Task SaslAsync(ImapConnection connection, string mechanism, string response, string onChallenge)
    {
        string first = Convert.ToBase64String(Encoding.UTF8.GetBytes(response));
        bool initial = connection.Capabilities.Has("SASL-IR");
        string tag = connection.Send($"AUTHENTICATE {mechanism}{(initial ? " " + first : "")}");
        while (connection.Outcome(tag) is null)
        {
            if (await connection.NextAsync().ConfigureAwait(false) == FrameEvent.Response && ResponseLine.Parse(connection.Text).IsContinuation)
            {
                connection.Answer(initial ? onChallenge : first);
                initial = true;
            }
        }
    }
}
