using AnomalyLine.Inspection;
using MQTTnet;

namespace AnomalyLine.Server.Mqtt;

/// <summary>How the line speaks over MQTT. Used by one connection, one thread at a time.</summary>
internal interface IMqttDialect
{
    /// <summary>Word for it in client ids, files and the log.</summary>
    string Name { get; }

    /// <summary>Topic of commands to this line; null if there are none.</summary>
    string? CommandTopic { get; }

    /// <summary>What the broker publishes when the connection breaks. Asked for once for each connection, before its birth.</summary>
    MqttApplicationMessage Will();

    /// <summary>What a new connection begins with, and what a command can ask for again.</summary>
    IEnumerable<MqttApplicationMessage> Birth(IReadOnlyList<StationStatus> stations);

    /// <summary>What a station says of itself, where it is not what it said before.</summary>
    IEnumerable<MqttApplicationMessage> States(IReadOnlyList<StationStatus> stations);

    /// <summary>An inspection.</summary>
    /// <param name="record">The inspection.</param>
    /// <param name="isHistoric">It was made before the connection was there.</param>
    MqttApplicationMessage Part(InspectionRecord record, bool isHistoric);

    /// <summary>What a connection ends with when the server stops.</summary>
    MqttApplicationMessage Death();

    /// <summary>Whether a command asks for the birth again.</summary>
    bool AsksForBirth(MqttApplicationMessage command);
}
