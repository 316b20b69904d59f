package bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** The plain job: forward a treatment place whose content has changed; remember version and digest. */
final class Forwarding implements Processor<String, byte[], String, byte[]> {
  static final String STORE = "remembered";
  private static final ObjectMapper JSON = new ObjectMapper();

  private ProcessorContext<String, byte[]> context;
  private KeyValueStore<String, byte[]> remembered;

  @Override
  public void init(ProcessorContext<String, byte[]> given) {
    context = given;
    remembered = given.getStateStore(STORE);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    try {
      forward(JSON.readValue(record.value(), Change.class), record);
    } catch (Exception error) {
      throw new IllegalStateException("the benchmark's input is all valid", error);
    }
  }

  private void forward(Change unit, Record<String, byte[]> record) throws Exception {
    byte[] before = remembered.get(unit.sorId());
    String[] known = before == null ? new String[] {"0", ""} : text(before).split(" ", 2);
    if (unit.version() <= Long.parseLong(known[0])) return;
    String digest = known[1];
    if (unit.isTreatmentPlace()) {
      byte[] content = JSON.writeValueAsBytes(Forward.of(unit, null));
      digest = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
      if (!digest.equals(known[1]))
        context.forward(
            new Record<>(unit.sorId(), JSON.writeValueAsBytes(Forward.of(unit, unit.version())), record.timestamp()));
    }
    remembered.put(unit.sorId(), (unit.version() + " " + digest).getBytes(StandardCharsets.UTF_8));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
