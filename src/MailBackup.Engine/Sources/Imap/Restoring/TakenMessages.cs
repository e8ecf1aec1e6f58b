namespace MailBackup.Sources.Imap.Restoring;

/// <summary>
/// Messages of a folder that stand for a restored item. Kept through lost connections: of two equal mails, the second must not be taken for the first.
/// </summary>
internal sealed class TakenMessages
{
    private readonly HashSet<uint> _uids = [];
    private uint _validity;

    /// <summary>It has been said that the folder does not keep all keywords.</summary>
    public bool KeywordsTold { get; set; }

    /// <summary>Under another UIDVALIDITY, UIDs are those of other messages.</summary>
    public void Validity(uint validity)
    {
        if (validity != _validity)
        {
            _uids.Clear();
            _validity = validity;
        }
    }

    public void Add(uint uid) => _uids.Add(uid);

    public bool Contains(uint uid) => _uids.Contains(uid);
}
