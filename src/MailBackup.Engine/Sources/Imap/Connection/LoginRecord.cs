using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Connection;

/// <summary>
/// What the logins so far say of the server as a whole: it is away, it lets nobody in. So that neither costs each of five thousand accounts its patience.
/// </summary>
internal sealed class LoginRecord(TimeProvider clock)
{
    private const int RefusalsInARow = 3;

    /// <summary>More than have a connection at one time, so that one bad moment is not taken for all times.</summary>
    private const int StrangeInARow = 10;

    /// <summary>What is refused to everybody is tried again after this, with the password as it is then: a connector may live as long as a service.</summary>
    private static readonly TimeSpan FinalFor = TimeSpan.FromMinutes(5);

    /// <summary>Away for longer than this, the server is asked once for each account and not again and again.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly HashSet<string> _refused = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Accounts that met no server that can be talked to, since the last login.</summary>
    private readonly HashSet<string> _strange = new(StringComparer.OrdinalIgnoreCase);
    private DateTimeOffset? _awaySince;
    private bool _everLoggedIn;
    private ImapException? _final;
    private DateTimeOffset _finalUntil;

    public bool EverLoggedIn
    {
        get
        {
            lock (_lock)
            {
                return _everLoggedIn;
            }
        }
    }

    public bool IsOutage
    {
        get
        {
            lock (_lock)
            {
                return _awaySince is { } since && clock.GetUtcNow() - since > Outage;
            }
        }
    }

    public void Arrived()
    {
        lock (_lock)
        {
            _awaySince = null;
            _everLoggedIn = true;
            _strange.Clear();
        }
    }

    /// <summary>The server could not be reached.</summary>
    public void Away()
    {
        lock (_lock)
        {
            _awaySince ??= clock.GetUtcNow();
        }
    }

    /// <summary>The server has refused the login. When it has done so to the first few and let nobody in, it is the password.</summary>
    public void Refused(string account, ImapCommandException e)
    {
        lock (_lock)
        {
            _refused.Add(account);
            if (!_everLoggedIn && _refused.Count >= RefusalsInARow)
            {
                Conclude(e);
            }
        }
    }

    /// <summary>
    /// Certificate, encryption, mechanism: true when it is the same for everybody. On a server that has let nobody in it is; of one that has, it may be a single back
    /// end of many, or a moment, and only several accounts without a login between them are everybody.
    /// </summary>
    public bool IsForEverybody(string account, ImapRefusedException e)
    {
        lock (_lock)
        {
            _strange.Add(account);
            if (_everLoggedIn && _strange.Count < StrangeInARow)
            {
                return false;
            }

            Conclude(e);
            return true;
        }
    }

    /// <summary>Throws what is refused to everybody, for a while.</summary>
    public void ThrowFinal()
    {
        lock (_lock)
        {
            if (_final is { } final && clock.GetUtcNow() < _finalUntil)
            {
                throw final;
            }

            if (_final is not null)
            {
                _final = null;
                _refused.Clear();
                _strange.Clear();
            }
        }
    }

    private void Conclude(ImapException e) => (_final, _finalUntil) = (e, clock.GetUtcNow() + FinalFor);
}
