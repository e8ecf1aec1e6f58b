namespace MailBackup.Sources.Maildir.Changes;

/// <summary>
/// First halves of renames, each with all that the message was. The kernel queues both halves together, but one read may end between them, and a message that goes to
/// where nobody watches has no second half: whatever has not met its other half when the next read has ended is taken for removed.
/// </summary>
internal sealed class OpenRenames
{
    private Dictionary<uint, List<MovedMessage>> _now = [], _before = [];

    public void Add(uint cookie, List<MovedMessage> message) => _now[cookie] = message;

    /// <summary>The first half of this rename; empty when it was not seen.</summary>
    public List<MovedMessage> Take(uint cookie) => _now.Remove(cookie, out var message) || _before.Remove(cookie, out message) ? message : [];

    /// <summary>To be called after each read.</summary>
    public void Settle(Action<MovedMessage> onRemoved)
    {
        foreach (var message in _before.Values)
        {
            message.ForEach(onRemoved);
        }

        _before.Clear();
        (_now, _before) = (_before, _now);
    }
}
